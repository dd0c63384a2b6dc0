import { AsyncLocalStorage } from 'node:async_hooks';

export type LogFields = Record<string, unknown>;

/** What is being worked on, for as long as the work and everything it awaits lasts. */
const storage = new AsyncLocalStorage<LogFields>();

let traceFields: () => LogFields = () => ({});

/** Every line that `work` logs, at whatever depth, carries these fields beside those that are in force already. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return storage.run({ ...storage.getStore(), ...fields }, work);
}

/** Adds to the fields of the work that runs now; without any it does nothing. */
export function addLogFields(fields: LogFields): void {
  Object.assign(storage.getStore() ?? {}, fields);
}

/** For what outlives the work that happened to begin it: shared connections, browsers, timers. */
export function outsideOfWork<T>(work: () => T): T {
  return storage.exit(work);
}

/** Tracing says here how to find the ids of the span that is open. */
export function setTraceFields(find: () => LogFields): void {
  traceFields = find;
}

/** The fields for a line that is logged now. */
export function logFields(): LogFields {
  const fields = storage.getStore();
  return fields ? { ...fields, ...traceFields() } : {};
}
