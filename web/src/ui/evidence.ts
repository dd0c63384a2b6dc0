/** The bytes of a screenshot or a trace. */
export const contentUrl = (evidenceId: string): string => `/api/evidence/${evidenceId}/content`;

/** Playwright's viewer, which the API serves, with a trace in it. */
export const traceUrl = (evidenceId: string): string =>
  `/trace-viewer/?trace=${encodeURIComponent(contentUrl(evidenceId))}`;

/** The page of an account task, with a piece of its evidence in view where one is named. */
export const accountTaskPath = (
  kind: string,
  taskId: string,
  accountTaskId: string,
  evidenceId?: string | null,
): string => `/tasks/${kind}/${taskId}/accounts/${accountTaskId}${evidenceId ? `?evidence=${evidenceId}` : ''}`;
