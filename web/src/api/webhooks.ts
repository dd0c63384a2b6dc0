import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useChange } from './change.ts';
import { api, unwrap } from './client.ts';
import { type PagedList, usePagedList } from './pages.ts';
import type { NewWebhook, Webhook, WebhookChanges, WebhookDelivery } from './types.ts';

const WEBHOOKS = ['webhooks'];
const PAGE = 50;
/** Deliveries go on by themselves; one query looks at all webhooks, milliseconds. */
const LOOK_MS = 10_000;
const LOOK_AGAIN_MS = 2_000;

export const useWebhooks = () =>
  useQuery({
    queryKey: [...WEBHOOKS, 'list'],
    queryFn: () => unwrap(api.GET('/api/webhooks')),
    refetchInterval: LOOK_MS,
  });

/** The answer holds the signing key: it is shown once. */
export const useAddWebhook = () =>
  useChange(WEBHOOKS, (body: NewWebhook) => unwrap(api.POST('/api/webhooks', { body })));

export const useChangeWebhook = () =>
  useChange(WEBHOOKS, ({ id, ...body }: WebhookChanges & Pick<Webhook, 'id'>) =>
    unwrap(api.PATCH('/api/webhooks/{id}', { params: { path: { id } }, body })),
  );

export const useDeleteWebhook = () =>
  useChange(WEBHOOKS, (id: string) => unwrap(api.DELETE('/api/webhooks/{id}', { params: { path: { id } } })));

export const useTestWebhook = () =>
  useChange(WEBHOOKS, (id: string) => unwrap(api.POST('/api/webhooks/{id}/test', { params: { path: { id } } })));

/** Looks again while something is still on its way. */
export function useDeliveries(id: string): PagedList<WebhookDelivery> {
  const client = useQueryClient();
  const deliveries = usePagedList<WebhookDelivery>({
    queryKey: [...WEBHOOKS, 'deliveries', id],
    fetchPage: (cursor) =>
      unwrap(
        api.GET('/api/webhooks/{id}/deliveries', {
          params: { path: { id }, query: { limit: PAGE, ...(cursor ? { cursor } : {}) } },
        }),
      ),
  });
  const waits = deliveries.items.some(({ state }) => state === 'pending');
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setInterval(() => void client.invalidateQueries({ queryKey: WEBHOOKS }), LOOK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [client, waits]);
  return deliveries;
}

export const useRetryDelivery = (id: string) =>
  useChange(WEBHOOKS, (deliveryId: string) =>
    unwrap(api.POST('/api/webhooks/{id}/deliveries/{deliveryId}/retry', { params: { path: { id, deliveryId } } })),
  );
