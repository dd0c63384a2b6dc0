/** What an account did of one sort of action, as its pace counts it. */
export interface Use {
  /** Since midnight of the account's own time zone. */
  usedToday: number;
  usedThisHour: number;
  /** The oldest action of the last hour. */
  hourBeganAt: Date | null;
  lastAt: Date | null;
}

/**
 * SQL that reads the {@link Use} of one account. Eight days back: a week is the longest gap between two actions that an
 * account may set. A post counts from its submit on, unless it is known not to have come through.
 * @param account alias of the account's row @param action SQL text with the name of the action
 */
export const usageOf = (account: string, action: string): string => `
  SELECT count(*) FILTER (
      WHERE a.at >= date_trunc('day', now() AT TIME ZONE ${account}."timeZone") AT TIME ZONE ${account}."timeZone"
    )::int AS "usedToday",
    count(*) FILTER (WHERE a.at > now() - interval '1 hour')::int AS "usedThisHour",
    min(a.at) FILTER (WHERE a.at > now() - interval '1 hour') AS "hourBeganAt",
    max(a.at) AS "lastAt"
  FROM (
    SELECT i."submittedAt" AS at FROM "PostIntent" i
    WHERE ${action} = 'post' AND i."accountId" = ${account}.id AND i."submittedAt" > now() - interval '8 days'
      AND i.state IN ('submitting', 'posted', 'unknown')
    UNION ALL
    SELECT x.at FROM "AccountAction" x
    WHERE ${action} <> 'post' AND x."accountId" = ${account}.id AND x.action = ${action}
      AND x.at > now() - interval '8 days'
  ) a`;
