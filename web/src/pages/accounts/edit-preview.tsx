import { Skeleton, Text } from '@mantine/core';
import {
  type AccountEdit,
  type AccountTarget,
  type EditPreview as Preview,
  usePreviewEdit,
} from '../../api/account-bulk.ts';
import { useAllProxies } from '../../api/proxies.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { changeWords } from './change-words.ts';
import classes from './edit-preview.module.css';

interface EditPreviewProps {
  target: AccountTarget;
  /** Nothing while nothing, or nothing whole, is chosen. */
  edit: AccountEdit | undefined;
}

/** How many accounts an edit would change, and of the first ones what, while it is being made. */
export function EditPreview({ target, edit }: EditPreviewProps) {
  const preview = usePreviewEdit(target, edit);
  if (edit === undefined || !preview.isAsked) return null;
  if (preview.error) return <ErrorAlert error={preview.error} />;
  if (!preview.data) return <Skeleton height={24} aria-hidden />;
  return <Found preview={preview.data} />;
}

function Found({ preview: { changed, unchanged, refusedTotal, refused, examples } }: { preview: Preview }) {
  const isMoved = examples.some(({ after }) => 'proxyId' in after);
  const proxies = useAllProxies(isMoved);
  const nameOf = (id: string): string => proxies.data?.find((proxy) => proxy.id === id)?.name ?? '…';
  const parts = [
    t('lists:preview.changed', { count: changed }),
    unchanged > 0 && t('lists:preview.unchanged', { count: unchanged }),
    refusedTotal > 0 && t('lists:preview.refused', { count: refusedTotal }),
  ].filter(Boolean);
  const [first] = refused;
  return (
    <div className={classes.preview}>
      <Text size="sm" role="status">
        {parts.join(' ')}
      </Text>
      {first && (
        <Text size="sm" c="dimmed">
          {t('lists:preview.reason', { name: first.username ?? '–', reason: first.reason })}
        </Text>
      )}
      {examples.length > 0 && (
        <details>
          <summary>{t('lists:preview.examples')}</summary>
          <ul>
            {examples.map(({ accountId, username, before, after }) => (
              <li key={accountId}>
                <b>{username}</b>: {changeWords(before, after, nameOf).join('; ')}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
