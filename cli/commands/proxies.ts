import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type Context, contextOf } from '../context.ts';
import { CliError } from '../failure.ts';
import { moreThere, type PageOptions, readPages, withPages } from '../pages.ts';
import { startTask } from '../tasks.ts';
import { watchRun } from '../watch.ts';
import { timeWords } from '../words.ts';

const createdSchema = z.looseObject({ id: z.uuid(), total: z.int() });

/** One account of each proxy: what a check of the proxies is ordered over. */
async function accountsOf({ api, unwrap }: Context, proxyIds: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const proxyId of proxyIds) {
    const page = await unwrap(api.GET('/api/accounts', { params: { query: { proxyId, limit: 1 } } }));
    ids.push(...page.items.map(({ id }) => id));
  }
  return ids;
}

async function proxiesInUse({ api, unwrap }: Context): Promise<string[]> {
  const { items } = await readPages((at) => unwrap(api.GET('/api/proxies', { params: { query: at } })), { all: true });
  return items.filter(({ accounts }) => accounts > 0).map(({ id }) => id);
}

/** `flotilla proxies`. */
export function register(program: Command): void {
  const proxies = program.command('proxies').description('proxies and their health');
  withPages(proxies.command('list'))
    .description('proxies, newest first')
    .action(async (options: PageOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const page = await readPages((at) => unwrap(api.GET('/api/proxies', { params: { query: at } })), options);
      out.result(page, () => {
        out.table(
          ['id', 'name', 'address', 'status', 'accounts', 'spare', 'checked', 'verdict'],
          page.items.map((proxy) => [
            ...[proxy.id, proxy.name, `${proxy.protocol}://${proxy.host}:${proxy.port}`, proxy.status, proxy.accounts],
            ...[proxy.spare ? 'spare' : '', timeWords(proxy.checkedAt), proxy.verdict],
          ]),
          'There is no proxy.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
  proxies
    .command('check [ids...]')
    .description('test proxies that accounts use, step by step; all of them when none is named')
    .option('--repair', 'put right or replace those that fail')
    .addOption(new Option('--no-watch', 'only start the check'))
    .action(async (given: string[], options: { repair?: boolean; watch: boolean }, command: Command) => {
      const context = contextOf(command);
      const { out } = context;
      const ids = await accountsOf(context, given.length > 0 ? given : await proxiesInUse(context));
      if (ids.length === 0) throw new CliError('No account uses these proxies: a check goes through an account.');
      const body = { accounts: { ids }, params: { repair: options.repair === true } };
      const path = '/api/bulk/proxy-diag';
      const { id } = await context.other({ method: 'POST', path, body }, createdSchema);
      const task = { kind: 'proxy-diag', id };
      if (options.watch) {
        process.exitCode = await watchRun(context, task, async () => void (await startTask(context, task)));
        out.say('The verdicts: flotilla proxies list');
        return;
      }
      const { state } = await startTask(context, task);
      out.result({ ...task, state }, () => out.say(`Task ${id} is ${state}. To watch it: flotilla bulk watch ${id}`));
    });
}
