import { type Command, Option } from 'commander';
import { z } from 'zod';
import { WINDOW_MAX, WINDOW_MIN } from '../../contracts/bulk.ts';
import { ACCOUNT_TASK_STATES, type AccountTaskState, BULK_STATES, type BulkState } from '../../contracts/states.ts';
import { kindList } from '../../kinds/index.ts';
import { confirm } from '../ask.ts';
import { type Context, contextOf, defined } from '../context.ts';
import { registerKind } from '../order.ts';
import { moreThere, type PageOptions, readPages, wholeNumber, withPages } from '../pages.ts';
import { totalsWords } from '../run-view.ts';
import { saveResponse } from '../save.ts';
import { findTask, startTask } from '../tasks.ts';
import { watchRun } from '../watch.ts';
import { timeWords } from '../words.ts';

interface ListOptions extends PageOptions {
  kind?: string;
  state?: BulkState[];
}

function registerList(bulk: Command): void {
  withPages(bulk.command('list'))
    .description('bulk tasks, newest first')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(kindList.map(({ name }) => name)))
    .addOption(new Option('--state <state...>', 'only in these states').choices(BULK_STATES))
    .action(async (options: ListOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const state = options.state?.join(',');
      // Every kind's list answers alike; the path is one of many that the document names.
      const path = (options.kind ? `/api/bulk/${options.kind}` : '/api/bulk') as '/api/bulk';
      const page = await readPages(
        (at) => unwrap(api.GET(path, { params: { query: { ...defined({ state }), ...at } } })),
        options,
      );
      out.result(page, () => {
        out.table(
          ['id', 'kind', 'name', 'state', 'accounts', 'totals', 'created'],
          page.items.map((task) => [
            ...[task.id, task.kind, task.name, task.state, task.total],
            ...[totalsWords(task), timeWords(task.createdAt)],
          ]),
          'There is no such bulk task.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
}

function registerShow(bulk: Command): void {
  bulk
    .command('show <task>')
    .description('one bulk task with its params and live totals')
    .action(async (text: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const { api, unwrap, out } = context;
      const path = await findTask(context, text);
      const [task, aggregate] = await Promise.all([
        unwrap(api.GET('/api/bulk/{kind}/{id}', { params: { path } })),
        unwrap(api.GET('/api/bulk/{kind}/{id}/aggregate', { params: { path } })),
      ]);
      out.result({ ...task, aggregate }, () =>
        out.fields([
          ['id', task.id],
          ['kind', task.kind],
          ['name', task.name],
          ['state', task.state],
          ['reason', task.stateReason],
          ['accounts', `${task.total}: ${totalsWords(aggregate)}`],
          ['counted', JSON.stringify(aggregate.counters)],
          ['window', aggregate.window],
          ['canary', aggregate.canary && `${aggregate.canary.size}, ${aggregate.canary.state}`],
          ['params', JSON.stringify(task.params)],
          ['pace', task.pace && JSON.stringify(task.pace)],
          ['created', timeWords(task.createdAt)],
          ['starts', timeWords(task.startAt)],
          ['started', timeWords(task.startedAt)],
          ['finished', timeWords(task.finishedAt)],
          ['workflow', task.temporalUrl],
        ]),
      );
    });
}

interface AccountsOptions extends PageOptions {
  state?: AccountTaskState[];
  q?: string;
  errorType?: string;
}

function registerAccounts(bulk: Command): void {
  withPages(bulk.command('accounts <task>'))
    .description('what became of each account')
    .addOption(new Option('--state <state...>', 'only in these states').choices(ACCOUNT_TASK_STATES))
    .option('--q <text>', 'part of a user name')
    .option('--error-type <type>', 'only those with this error, e.g. SessionExpired')
    .action(async (text: string, options: AccountsOptions, command: Command) => {
      const context = contextOf(command);
      const { out } = context;
      const path = await findTask(context, text);
      const { q, errorType } = options;
      const query = defined({ state: options.state?.join(','), q, errorType });
      const page = await readPages(
        (at) =>
          context.unwrap(
            context.api.GET('/api/bulk/{kind}/{id}/accounts', { params: { path, query: { ...query, ...at } } }),
          ),
        options,
      );
      out.result(page, () => {
        out.table(
          ['account', 'state', 'attempts', 'counted', 'why'],
          page.items.map((task) => [
            ...[task.username, task.state, task.attempts],
            Object.entries(task.counters)
              .map(([name, number]) => `${number} ${name}`)
              .join(', '),
            task.error ? `${task.error.type}: ${task.error.message}` : task.stateReason,
          ]),
          'There is no such account in the task.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
}

const stateSchema = z.looseObject({ id: z.uuid(), state: z.string(), retried: z.number().optional() });

interface OrderCommand {
  name: string;
  description: string;
  /** Asked before it is done. */
  asks?: string;
}

const ORDERS: readonly OrderCommand[] = [
  { name: 'pause', description: 'start no further accounts until resumed' },
  { name: 'resume', description: 'go on after a pause' },
  {
    name: 'cancel',
    description: 'cancel what has not ended',
    asks: 'Accounts that have not ended are cancelled; what was posted stays.',
  },
  { name: 'retry-failed', description: 'try the failed accounts again' },
  { name: 'approve', description: 'go on with the rest after the canary' },
];

async function giveOrder(context: Context, text: string, name: string, body?: object): Promise<void> {
  const params = { ...(await findTask(context, text)) };
  const call = { method: 'POST' as const, path: `/api/bulk/{kind}/{id}/${name}`, params, ...(body ? { body } : {}) };
  const answer = await context.other(call, stateSchema);
  context.out.result(answer, () =>
    context.out.say(
      answer.retried === undefined ? `The task is ${answer.state}.` : `${answer.retried} accounts are tried again.`,
    ),
  );
}

function registerOrders(bulk: Command): void {
  bulk
    .command('start <task>')
    .description('start a draft, or a scheduled task before its time')
    .option('--watch', 'follow it to its end')
    .action(async (text: string, options: { watch?: boolean }, command: Command) => {
      const context = contextOf(command);
      const task = await findTask(context, text);
      if (options.watch) {
        process.exitCode = await watchRun(context, task, async () => void (await startTask(context, task)));
        return;
      }
      const answer = await startTask(context, task);
      context.out.result(answer, () => context.out.say(`The task is ${answer.state}.`));
    });
  for (const { name, description, asks } of ORDERS) {
    const order = bulk.command(`${name} <task>`).description(description);
    if (asks) order.option('--yes', 'do not ask');
    order.action(async (text: string, options: { yes?: boolean }, command: Command) => {
      if (asks && !(await confirm(asks, options.yes))) return;
      await giveOrder(contextOf(command), text, name);
    });
  }
  bulk
    .command('window <task> <number>')
    .description(`set how many accounts run at once (${WINDOW_MIN} to ${WINDOW_MAX})`)
    .action(async (text: string, number: string, _options: object, command: Command) => {
      const window = wholeNumber(WINDOW_MIN, WINDOW_MAX)(number);
      await giveOrder(contextOf(command), text, 'window', { window });
    });
  bulk
    .command('watch <task>')
    .description('follow a run live to its end; Ctrl-C stops the watching alone')
    .action(async (text: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const task = await findTask(context, text);
      const { state } = await context.unwrap(context.api.GET('/api/bulk/{kind}/{id}', { params: { path: task } }));
      if (state === 'draft') context.out.note(`It is a draft. To start it: flotilla bulk start ${task.id}`);
      process.exitCode = await watchRun(context, task);
    });
  bulk
    .command('export <task>')
    .description('what became of each account, as CSV')
    .addOption(new Option('--state <state>', 'only in this state').choices(ACCOUNT_TASK_STATES))
    .option('-o, --output <file>', 'write into this file instead of standard output')
    .action(async (text: string, options: { state?: string; output?: string }, command: Command) => {
      const context = contextOf(command);
      const params = { ...(await findTask(context, text)) };
      const call = { path: '/api/bulk/{kind}/{id}/accounts/export', params, query: { state: options.state } };
      await saveResponse(context, () => context.otherResponse(call), options.output);
    });
}

/** `flotilla bulk`: an order of every kind, and everything about the tasks that were ordered. */
export function register(program: Command): void {
  const bulk = program.command('bulk').description('order bulk tasks, follow and steer them');
  bulk.commandsGroup('Orders, one a kind:');
  for (const kind of kindList) registerKind(bulk, kind);
  bulk.commandsGroup('Tasks:');
  registerList(bulk);
  registerShow(bulk);
  registerAccounts(bulk);
  registerOrders(bulk);
}
