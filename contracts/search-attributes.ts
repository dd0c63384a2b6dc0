/** What workflows can be looked up by in Temporal, all of the type Keyword. */
export const SEARCH_ATTRIBUTES = ['TaskKind', 'BulkTaskId', 'AccountId', 'TaskState'] as const;
export type SearchAttribute = (typeof SEARCH_ATTRIBUTES)[number];
