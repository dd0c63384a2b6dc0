/** Names of task queues. A host also polls queues of its own: `browser@<host>`, `media@<host>`. */
export const ORCHESTRATOR_QUEUE = 'orchestrator';
export const WORKER_ROLES = ['orchestrator', 'browser', 'media', 'network'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

export function hostQueue(role: WorkerRole, hostName: string): string {
  return `${role}@${hostName}`;
}
