import type { paths } from '../../../contracts/openapi.d.ts';

type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;
type Ok<Operation> = Operation extends { responses: infer Responses }
  ? Json<Responses[Extract<keyof Responses, 200 | 201 | 202>]>
  : never;
type Body<Operation> = Operation extends { requestBody?: infer Request } ? Json<NonNullable<Request>> : never;
type Query<Operation> = Operation extends { parameters: { query?: infer Parameters } }
  ? NonNullable<Parameters>
  : never;

export type Me = Ok<paths['/api/auth/me']['get']>;

export type SignIn = Body<paths['/api/auth/sign-in']['post']>;

export type Account = Ok<paths['/api/accounts']['get']>['items'][number];
/** One account alone: with its links. */
export type AccountDetail = Ok<paths['/api/accounts/{id}']['get']>;
export type AccountFilter = Omit<Query<paths['/api/accounts']['get']>, 'cursor' | 'limit' | 'offset'>;
export type AccountBudget = Ok<paths['/api/accounts/{id}/budget']['get']>;
export type TimelineEntry = Ok<paths['/api/accounts/{id}/timeline']['get']>['items'][number];
export type TimelineKind = TimelineEntry['kind'];
export type AccountPost = Ok<paths['/api/accounts/{id}/posts']['get']>['items'][number];
export type AccountEvidence = Ok<paths['/api/accounts/{id}/evidence']['get']>['items'][number];
export type NewAccount = Body<paths['/api/accounts']['post']>;
export type AccountChanges = Body<paths['/api/accounts/{id}']['patch']>;
export type ImportResult = Ok<paths['/api/accounts/import']['post']>;
export type TagCount = Ok<paths['/api/accounts/tags']['get']>['items'][number];

export type Media = Ok<paths['/api/media']['get']>['items'][number];

export type MediaDetail = Ok<paths['/api/media/{id}']['get']>;

export type BulkTaskItem = Ok<paths['/api/bulk']['get']>['items'][number];
export type BulkTask = Ok<paths['/api/bulk/{kind}/{id}']['get']>;
export type Aggregate = Ok<paths['/api/bulk/{kind}/{id}/aggregate']['get']>;
export type AccountTaskItem = Ok<paths['/api/bulk/{kind}/{id}/accounts']['get']>['items'][number];
export type AccountTask = Ok<paths['/api/bulk/{kind}/{id}/accounts/{accountTaskId}']['get']>;
export type Throughput = Ok<paths['/api/bulk/{kind}/{id}/throughput']['get']>;
export type TaskEvent = Ok<paths['/api/bulk/{kind}/{id}/events']['get']>['items'][number];
export type RetryOnly = Body<paths['/api/bulk/{kind}/{id}/retry-failed']['post']>;
export type Kind = Ok<paths['/api/kinds']['get']>['items'][number];
export type Order = Body<paths['/api/bulk/upload']['post']>;
export type DryRun = Json<paths['/api/bulk/upload']['post']['responses'][200]>;
export type CreatedTask = Json<paths['/api/bulk/upload']['post']['responses'][201]>;

export type ProxyItem = Ok<paths['/api/proxies/{id}']['get']>;
export type ListedProxy = Ok<paths['/api/proxies']['get']>['items'][number];
export type ProxyCheck = Ok<paths['/api/proxies/{id}/checks']['get']>['items'][number];
export type NewProxy = Body<paths['/api/proxies']['post']>;
export type ProxyChanges = Body<paths['/api/proxies/{id}']['patch']>;

export type FollowCategory = Ok<paths['/api/follow-categories/{id}']['get']>;
export type FollowTarget = Ok<paths['/api/follow-categories/{id}/targets']['get']>['items'][number];
export type FollowImport = Ok<paths['/api/follow-categories/{id}/targets']['post']>;

export type SystemHealth = Ok<paths['/api/system/health']['get']>;
export type Worker = Ok<paths['/api/workers']['get']>['items'][number];
export type WorkerDetail = Ok<paths['/api/workers/{id}']['get']>;
export type MetricSeries = Ok<paths['/api/system/metrics']['get']>;
export type Performance = Ok<paths['/api/system/performance']['get']>;

export type ErrorGroup = Ok<paths['/api/errors/groups']['get']>['items'][number];
export type LoggedError = Ok<paths['/api/errors']['get']>['items'][number];
export type ErrorFilter = Omit<Query<paths['/api/errors/groups']['get']>, 'cursor' | 'limit'>;

export type AuditEntry = Ok<paths['/api/audit']['get']>['items'][number];
export type AuditFilter = Omit<Query<paths['/api/audit']['get']>, 'cursor' | 'limit'>;
export type AuditVerdict = Ok<paths['/api/audit/verify']['get']>;

export interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  /** How many there are in all, where the list tells; on its first page only. */
  total?: number | null;
}

export type Person = Ok<paths['/api/users']['get']>['items'][number];
export type ApiToken = Ok<paths['/api/tokens']['get']>['items'][number];
export type NewToken = Body<paths['/api/tokens']['post']>;
export type WorkerToken = Ok<paths['/api/worker-tokens']['get']>['items'][number];
export type Settings = Ok<paths['/api/settings']['get']>;
export type SettingsChanges = Body<paths['/api/settings']['patch']>;
export type Webhook = Ok<paths['/api/webhooks']['get']>['items'][number];
export type NewWebhook = Body<paths['/api/webhooks']['post']>;
export type WebhookChanges = NonNullable<Body<paths['/api/webhooks/{id}']['patch']>>;
export type WebhookDelivery = Ok<paths['/api/webhooks/{id}/deliveries']['get']>['items'][number];
export type Overview = Ok<paths['/api/overview']['get']>;
