import type { Worker } from '../../api/types.ts';
import { tenths } from '../../i18n/intl.ts';
import { formatBytes, formatShare } from '../../ui/format.ts';

/** A number of what a worker said at its last heartbeat. */
export const saidBy = ({ detail }: Pick<Worker, 'detail'>, name: string): number | undefined => {
  const value = detail[name];
  return typeof value === 'number' ? value : undefined;
};

/** A worker that is lost or out of service measures nothing: its last numbers would mislead. */
export const isHeard = ({ state }: Pick<Worker, 'state'>): boolean => state === 'ready' || state === 'draining';

export const measuredBy = (worker: Worker, name: string): number | undefined =>
  isHeard(worker) ? worker.latest?.metrics[name] : undefined;

/** How many slots are in use; undefined while it is not known. */
export const usedSlots = (worker: Pick<Worker, 'detail' | 'state'>): number | undefined =>
  isHeard(worker) ? saidBy(worker, 'usedSlots') : undefined;

const NOTHING = '–';
const orNothing =
  (format: (value: number) => string) =>
  (value: number | undefined): string =>
    value === undefined ? NOTHING : format(value);

/** Of one core: `140%` are one and a bit. */
export const cpuText = orNothing(formatShare);
export const memoryText = orNothing(formatBytes);
export const rateText = orNothing((value) => tenths().format(value));
export const countText = orNothing((value) => tenths().format(value));

/** Whether nobody else would take up the work of this role. */
export const isLastOfRole = (worker: Pick<Worker, 'id' | 'role'>, all: readonly Worker[]): boolean =>
  !all.some(({ id, role, state }) => role === worker.role && id !== worker.id && state === 'ready');
