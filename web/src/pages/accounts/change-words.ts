import type { EditPreview } from '../../api/account-bulk.ts';
import { t } from '../../i18n/index.ts';
import { ACCOUNT_LOOKS } from '../../ui/states.tsx';
import { limitsThatDiffer } from './limit-values.ts';

type Fields = EditPreview['examples'][number]['after'];

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isStatus = (text: string): text is keyof typeof ACCOUNT_LOOKS => text in ACCOUNT_LOOKS;
const line = (field: string, before: string, after: string): string =>
  t('lists:preview.change', { field, before, after });

function quietWords(hours: unknown): string {
  return isObject(hours) ? `${String(hours.from)}–${String(hours.to)}` : t('lists:quiet.none');
}
const limitWords = (limit: number | null): string => (limit === null ? t('lists:preview.platform') : String(limit));
const listWords = (tags: unknown): string => (Array.isArray(tags) && tags.length > 0 ? tags.join(', ') : '–');
function statusWords(status: unknown): string {
  const name = String(status);
  return isStatus(name) ? ACCOUNT_LOOKS[name].label : name;
}

/**
 * What changes about an account, a line for each thing.
 * @param proxyName the name that a proxy has for people
 */
export function changeWords(before: Fields, after: Fields, proxyName: (id: string) => string): string[] {
  const proxyWords = (id: unknown): string =>
    typeof id === 'string' ? proxyName(id) : t('lists:proxy.none').toLowerCase();
  const has = (name: string): boolean => name in after;
  const limits = (of: Fields): object | null => (isObject(of.dailyLimits) ? of.dailyLimits : null);
  return [
    ...(has('tags') ? [line(t('field.tags'), listWords(before.tags), listWords(after.tags))] : []),
    ...(has('proxyId') ? [line(t('lists:edit.proxy'), proxyWords(before.proxyId), proxyWords(after.proxyId))] : []),
    ...(has('status') ? [line(t('field.status'), statusWords(before.status), statusWords(after.status))] : []),
    ...(has('timeZone') ? [line(t('field.timeZone'), String(before.timeZone), String(after.timeZone))] : []),
    ...(has('quietHours')
      ? [line(t('lists:edit.quiet'), quietWords(before.quietHours), quietWords(after.quietHours))]
      : []),
    ...(has('dailyLimits')
      ? limitsThatDiffer(limits(before), limits(after)).map((limit) =>
          line(t(`accounts:limit.${limit.field}`), limitWords(limit.before), limitWords(limit.after)),
        )
      : []),
  ];
}
