import { z } from 'zod';
import en from '../../web/src/i18n/en/common.ts';
import ru from '../../web/src/i18n/ru/common.ts';
import type { Bench, TestAccount } from '../support/bench.ts';
import { accountTaskOf, runKind, untilEnded, untilTotals } from '../support/tasks.ts';

/** What the list of pages in `web/src/pages.tsx` has to tell here. */
export const pageListSchema = z
  .array(z.object({ path: z.string().startsWith('/'), title: z.string(), role: z.string().optional() }))
  .min(1);
export type ListedPage = z.infer<typeof pageListSchema>[number];

type Language = 'en' | 'ru';
const TEXTS: Readonly<Record<Language, Readonly<Record<string, string>>>> = { en, ru };

export const SETTINGS = ['own', 'people', 'tokens', 'access', 'alerts', 'retention'];

/** The rows that addresses are made of. */
export interface Seeded {
  scheduleId: string;
  taskId: string;
  workerId: string;
  accountTaskId: string;
  categoryId: string;
  accounts: readonly TestAccount[];
}

/** Values for the parameters of a path, and the heading that the page has then; its title unless given. */
type Filling = (seeded: Seeded) => { values: readonly string[]; heading?: RegExp };
const exactly = (text: string): RegExp => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);

/** A page with parameters needs its line here. A parameter that may be left out is visited both ways. */
const FILLINGS: Readonly<Record<string, Filling>> = {
  '/schedules/:id?': ({ scheduleId }) => ({ values: [scheduleId] }),
  '/settings/:section?': () => ({ values: SETTINGS }),
  '/tasks/new/:kind': () => ({ values: ['upload'], heading: /./ }),
  '/tasks/:kind/:id': ({ taskId }) => ({ values: [`upload/${taskId}`], heading: /^Morning tide/ }),
  '/hosts/:id': ({ workerId }) => ({ values: [workerId], heading: /./ }),
  '/tasks/:kind/:id/accounts/:accountTaskId': ({ taskId, accountTaskId, accounts }) => ({
    values: [`upload/${taskId}/accounts/${accountTaskId}`],
    heading: exactly(accounts[0]?.username ?? ''),
  }),
  '/accounts/:id': ({ accounts: [first] }) => ({
    values: [first?.id ?? ''],
    heading: exactly(first?.username ?? ''),
  }),
  '/follow/:id': ({ categoryId }) => ({ values: [categoryId], heading: /^Harbour masters$/ }),
};

export interface Visit {
  address: string;
  heading(language: Language): RegExp;
}

/**
 * The addresses under which a page is tested.
 * @throws Error for a page whose parameters nobody has said here
 */
export function visitsOf({ path, title }: ListedPage, seeded: Seeded): Visit[] {
  const byTitle = (language: Language): RegExp => exactly(TEXTS[language][title] ?? `no text ${title}`);
  const [plain = ''] = path.split('/:');
  if (!path.includes(':')) return [{ address: path, heading: byTitle }];
  const filling = FILLINGS[path];
  if (!filling) throw new Error(`Nobody has said in dashboard-pages.ts what stands for the parameters of ${path}.`);
  const { values, heading } = filling(seeded);
  const filled = values.map((value) => ({
    address: `${plain}/${value}`,
    heading: (language: Language) => heading ?? byTitle(language),
  }));
  return path.endsWith('?') ? [{ address: plain, heading: byTitle }, ...filled] : filled;
}

const withId = z.object({ id: z.string() });
const workers = z.object({ items: z.array(z.object({ id: z.uuid(), role: z.string() })) });

/** Something to show on every page: what went well, what failed, what waits, and what is still to come. */
export async function seed(bench: Bench): Promise<Seeded> {
  const make = async (path: string, body: object): Promise<string> => (await bench.call('POST', path, withId, body)).id;
  const proxy = { protocol: 'http', host: '127.0.0.1', port: 9 };
  for (const name of ['pier 1', 'pier 2']) await make('/api/proxies', { ...proxy, name });
  const accounts = await bench.addAccounts({ count: 4, prefix: 'tide' }, () => ({
    tags: ['crew', 'night'],
    timeZone: 'Asia/Tokyo',
    notes: 'Owned by the harbour office.',
    dailyLimits: { posts: 40 },
  }));
  const [, , failing, asked] = accounts as [TestAccount, TestAccount, TestAccount, TestAccount];
  await bench.call('PATCH', `/api/accounts/${failing.id}`, z.unknown(), { password: 'not-the-right-one-7' });
  await bench.site.break({ fault: 'challenge', username: asked.username });
  const videos = await bench.addVideos(2);

  const login = await runKind(bench, 'login', { accounts: accounts.slice(0, 2) });
  await untilEnded(bench, login);
  const params = { mediaIds: videos.map(({ id }) => id), captions: ['Morning tide, {{username}}'] };
  const taskId = await runKind(bench, 'upload', { accounts, params, name: 'Morning tide' });
  await untilTotals(bench, taskId, 'two have posted, one failed, one waits', ({ totals }) => {
    return totals.succeeded === 2 && totals.failed === 1 && totals.parked === 1;
  });

  const order = { accounts: { ids: accounts.slice(0, 2).map(({ id }) => id) }, params: {} };
  const often = { kind: 'login', order, timeZone: 'Asia/Tokyo', overlap: 'skip' };
  const scheduleId = await make('/api/schedules', { ...often, name: 'Mornings', spec: { cron: '0 9 * * *' } });
  await make('/api/schedules', { ...often, name: 'Once', spec: { at: '2099-01-01T00:00:00Z' } });
  const categoryId = await make('/api/follow-categories', { name: 'Harbour masters' });
  await bench.call('POST', `/api/follow-categories/${categoryId}/targets`, z.unknown(), {
    usernames: Array.from({ length: 30 }, (_, at) => `master${at}`),
  });
  await bench.call('POST', '/api/users', z.unknown(), { name: 'Grace', role: 'operator' });
  await bench.call('POST', '/api/worker-tokens', z.unknown(), { name: 'host-3' });
  const webhook = { name: 'On call', url: 'http://127.0.0.1:9/hook', events: ['run.finished'] };
  await bench.call('POST', '/api/webhooks', z.unknown(), webhook);
  await bench.call('POST', '/api/views', z.unknown(), { page: 'accounts', name: 'Night crew', query: 'tag=night' });
  const { items } = await bench.call('GET', '/api/workers', workers);
  const workerId = items.find(({ role }) => role === 'browser')?.id ?? '';
  const { id: accountTaskId } = await accountTaskOf(bench, taskId, accounts[0]?.username ?? '');
  return { scheduleId, taskId, workerId, accountTaskId, categoryId, accounts };
}
