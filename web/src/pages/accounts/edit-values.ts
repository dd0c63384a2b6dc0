import type { AccountEdit } from '../../api/account-bulk.ts';
import { t } from '../../i18n/index.ts';
import {
  gapFault,
  LIMIT_FIELDS,
  type LimitField,
  type LimitValues,
  limitsOf,
  limitValuesOf,
  withoutLimits,
} from './limit-values.ts';

/** What the dialog that edits many accounts holds; `keep` and what is empty leave the accounts as they are. */
export interface EditValues extends LimitValues {
  addTags: string[];
  removeTags: string[];
  proxy: 'keep' | 'set' | 'none' | 'spread';
  proxyId: string | null;
  perProxy: number | string;
  limits: 'keep' | 'set' | 'clear';
  /** Limits that are taken away: their platform's hold again. */
  limitsAway: LimitField[];
  timeZone: string | null;
  quiet: 'keep' | 'set' | 'none';
  quietFrom: string;
  quietTo: string;
  status: 'keep' | 'pause' | 'resume';
}

export const noEdit = (): EditValues => ({
  addTags: [],
  removeTags: [],
  proxy: 'keep',
  proxyId: null,
  perProxy: '',
  limits: 'keep',
  limitsAway: [],
  timeZone: null,
  quiet: 'keep',
  quietFrom: '',
  quietTo: '',
  status: 'keep',
  ...limitValuesOf(null),
});

/** What is wrong, by field. */
export function editFaults(values: EditValues): Partial<Record<keyof EditValues, string>> {
  const faults: Partial<Record<keyof EditValues, string>> = {};
  const both = values.addTags.find((tag) => values.removeTags.includes(tag));
  if (both !== undefined) faults.removeTags = t('lists:edit.bothWays', { tag: both });
  if (values.proxy === 'set' && !values.proxyId) faults.proxyId = t('lists:edit.whichProxy');
  if (values.quiet === 'set') {
    if (!values.quietFrom || !values.quietTo) faults.quietTo = t('lists:edit.bothTimes');
    else if (values.quietFrom === values.quietTo) faults.quietTo = t('lists:edit.sameTimes');
  }
  if (values.limits === 'set') {
    const gap = gapFault(values);
    if (gap) faults.maxGapMinutes = gap;
    if (values.limitsAway.length === 0 && LIMIT_FIELDS.every((field) => values[field] === ''))
      faults.limits = t('lists:edit.whichLimit');
  }
  return faults;
}

function proxyOf({ proxy, proxyId, perProxy }: EditValues): AccountEdit['proxy'] {
  if (proxy === 'set' && proxyId) return { mode: 'set', proxyId };
  if (proxy === 'none') return { mode: 'none' };
  if (proxy === 'spread') return { mode: 'spread', ...(typeof perProxy === 'number' ? { perProxy } : {}) };
  return undefined;
}

/** As the API takes it, only what is to change; undefined when that is nothing. For what has no faults. */
export function editOf(values: EditValues): AccountEdit | undefined {
  const { addTags, removeTags, timeZone, status } = values;
  const proxy = proxyOf(values);
  const limits = values.limits === 'set' ? withoutLimits(limitsOf(values, null), values.limitsAway) : null;
  const edit: AccountEdit = {
    ...(addTags.length + removeTags.length > 0 ? { tags: { add: addTags, remove: removeTags } } : {}),
    ...(proxy ? { proxy } : {}),
    ...(values.limits === 'clear' ? { dailyLimits: null } : limits ? { dailyLimits: limits } : {}),
    ...(timeZone ? { timeZone } : {}),
    ...(values.quiet === 'none'
      ? { quietHours: null }
      : values.quiet === 'set'
        ? { quietHours: { from: values.quietFrom, to: values.quietTo } }
        : {}),
    ...(status === 'keep' ? {} : { status }),
  };
  return Object.keys(edit).length > 0 ? edit : undefined;
}
