import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { paths } from '../../contracts/openapi.d.ts';
import { ACCOUNT_STATUSES, type AccountStatus } from '../../contracts/states.ts';
import { type FieldOptions, fieldsOf, totpOf, withFields } from '../account-fields.ts';
import { findAccount } from '../accounts.ts';
import { confirm, readSecret } from '../ask.ts';
import { contextOf, defined } from '../context.ts';
import { EXIT, usage } from '../failure.ts';
import { existingFile } from '../files.ts';
import { moreThere, type PageOptions, readPages, withPages } from '../pages.ts';
import { saveResponse } from '../save.ts';
import { selectionOf } from '../selection.ts';
import { sendFile } from '../upload.ts';
import { count, timeWords } from '../words.ts';

type NewAccount = paths['/api/accounts']['post']['requestBody']['content']['application/json'];
type Changes = NonNullable<paths['/api/accounts/{id}']['patch']['requestBody']>['content']['application/json'];

interface FilterOptions {
  platform?: string;
  status?: AccountStatus;
  tag?: string;
  proxy?: string;
  q?: string;
}

const withFilter = (command: Command): Command =>
  command
    .option('--platform <name>', 'only of this platform')
    .addOption(new Option('--status <status>', 'only in this status').choices(ACCOUNT_STATUSES))
    .option('--tag <tag>', 'only with this tag')
    .option('--proxy <id>', 'only those that use this proxy')
    .option('--q <text>', 'part of the user name');

const filterOf = ({ platform, status, tag, proxy, q }: FilterOptions) =>
  defined({ platform, status, tag, proxyId: proxy, q });

function registerReading(accounts: Command): void {
  withPages(withFilter(accounts.command('list').description('accounts, newest first'))).action(
    async (options: FilterOptions & PageOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const filter = filterOf(options);
      const page = await readPages(
        (at) => unwrap(api.GET('/api/accounts', { params: { query: { ...filter, ...at } } })),
        options,
      );
      out.result(page, () => {
        out.table(
          ['id', 'platform', 'username', 'status', 'tags', 'session', 'why'],
          page.items.map((account) => [
            ...[account.id, account.platform, account.username, account.status, account.tags.join(', ')],
            ...[account.session, account.statusReason],
          ]),
          'There is no such account.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    },
  );
  accounts
    .command('show <account>')
    .description('one account, by its id or as platform/username')
    .action(async (text: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const { out } = context;
      const path = { id: await findAccount(context, text) };
      const account = await context.unwrap(context.api.GET('/api/accounts/{id}', { params: { path } }));
      out.result(account, () =>
        out.fields([
          ['id', account.id],
          ['platform', account.platform],
          ['username', account.username],
          ['status', account.status],
          ['why', account.statusReason],
          ['email', account.email],
          ['tags', account.tags.join(', ')],
          ['password', account.hasPassword ? 'stored' : 'none'],
          ['TOTP seed', account.hasTotp ? 'stored' : 'none'],
          ['session', account.sessionAt ? `stored, of ${timeWords(account.sessionAt)}` : 'none'],
          ['time zone', account.timeZone],
          ['quiet hours', account.quietHours && `${account.quietHours.from} to ${account.quietHours.to}`],
          ['limits', account.dailyLimits && JSON.stringify(account.dailyLimits)],
          ['warm-up stage', account.rampStage],
          ['proxy', account.proxyId],
          ['linked', account.links.map(({ platform, username }) => `${platform}/${username}`).join(', ')],
          ['notes', account.notes],
          ['added', timeWords(account.createdAt)],
        ]),
      );
    });
  withFilter(accounts.command('export').description('accounts as CSV, without passwords'))
    .option('-o, --output <file>', 'write into this file instead of standard output')
    .action(async (options: FilterOptions & { output?: string }, command: Command) => {
      const context = contextOf(command);
      const call = { path: '/api/accounts/export', query: filterOf(options) };
      await saveResponse(context, () => context.otherResponse(call), options.output);
    });
}

const importSchema = z.looseObject({
  created: z.int(),
  updated: z.int(),
  rejected: z.array(z.object({ line: z.int(), field: z.string(), message: z.string() })),
  rejectedTotal: z.int(),
});

function registerImport(accounts: Command): void {
  accounts
    .command('import <file>')
    .description('add and change accounts from a CSV file whose header names the fields; tags are separated by ;')
    .option('--dry-run', 'only say what would be done')
    .action(async (file: string, options: { dryRun?: boolean }, command: Command) => {
      const context = contextOf(command);
      const { out } = context;
      const to = `/api/accounts/import${options.dryRun ? '?dryRun=true' : ''}`;
      const answer = await sendFile(context, { path: existingFile(file), to }, importSchema);
      out.result(answer, () => {
        const would = options.dryRun ? 'would be ' : '';
        out.say(
          `${answer.created} ${would}added, ${answer.updated} ${would}changed, ${count(answer.rejectedTotal, 'line')} rejected.`,
        );
        if (answer.rejectedTotal > 0) {
          out.table(
            ['line', 'field', 'what is wrong'],
            answer.rejected.map(({ line, field, message }) => [line, field, message]),
            '',
          );
        }
      });
      if (answer.rejectedTotal > 0) process.exitCode = EXIT.error;
    });
}

function registerChanges(accounts: Command): void {
  withFields(accounts.command('add <platform> <username>').description('add an account')).action(
    async (platform: string, username: string, options: FieldOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const password = await readSecret('Password', options.passwordFile, '--password-file');
      const body: NewAccount = { platform, username, password, ...fieldsOf(options), ...(await totpOf(options)) };
      const account = await unwrap(api.POST('/api/accounts', { body }));
      out.result(account, () => out.say(`Account ${account.id} is added.`));
    },
  );
  withFields(accounts.command('edit <account>').description('change what is given, and nothing else'))
    .option('--username <name>')
    .addOption(new Option('--status <status>', 'take it out of use, or back').choices(['new', 'active', 'disabled']))
    .action(
      async (
        text: string,
        options: FieldOptions & { username?: string; status?: NonNullable<Changes['status']> },
        command: Command,
      ) => {
        const context = contextOf(command);
        const { username, status, passwordFile } = options;
        const body: Changes = {
          ...defined({ username, status }),
          ...fieldsOf(options),
          ...(await totpOf(options)),
          ...(passwordFile === undefined
            ? {}
            : { password: await readSecret('Password', passwordFile, '--password-file') }),
        };
        if (Object.keys(body).length === 0) throw usage('Say what to change; --help lists it.');
        const path = { id: await findAccount(context, text) };
        const account = await context.unwrap(context.api.PATCH('/api/accounts/{id}', { params: { path }, body }));
        context.out.result(account, () => context.out.say(`Account ${account.id} is changed.`));
      },
    );
  accounts
    .command('delete <account>')
    .description('delete an account, or archive it when history names it')
    .option('--yes', 'do not ask')
    .action(async (text: string, options: { yes?: boolean }, command: Command) => {
      const context = contextOf(command);
      const path = { id: await findAccount(context, text) };
      const what = `The account ${text} is deleted, or archived when history names it; its password and session are erased.`;
      if (!(await confirm(what, options.yes))) return;
      const answer = await context.unwrap(context.api.DELETE('/api/accounts/{id}', { params: { path } }));
      context.out.result(answer, () => context.out.say(answer.message));
    });
}

function registerTags(accounts: Command): void {
  accounts
    .command('tags')
    .description('tags in use; with --add or --remove, change those of accounts')
    .option('--accounts <which...>', 'ids, tag:<tag>, platform:<name>, or @<file with ids>')
    .option('--add <tag...>')
    .option('--remove <tag...>')
    .action(async (options: { accounts?: string[]; add?: string[]; remove?: string[] }, command: Command) => {
      const context = contextOf(command);
      const { api, unwrap, out } = context;
      const { add = [], remove = [] } = options;
      if (add.length + remove.length === 0) {
        const tags = await unwrap(api.GET('/api/accounts/tags'));
        out.result(tags, () =>
          out.table(
            ['tag', 'accounts'],
            tags.items.map(({ tag, count: number }) => [tag, number]),
            'No account has a tag.',
          ),
        );
        return;
      }
      if (!options.accounts) throw usage('Say whose tags with --accounts.');
      const selection = await selectionOf(context, options.accounts);
      const whose = 'ids' in selection ? selection : { filter: selection };
      const answer = await unwrap(api.POST('/api/accounts/tags', { body: { ...whose, add, remove } }));
      out.result(answer, () => out.say('The tags are changed.'));
    });
}

/** `flotilla accounts`. */
export function register(program: Command): void {
  const accounts = program.command('accounts').description('the accounts that you own or are authorised to run');
  registerReading(accounts);
  registerImport(accounts);
  registerChanges(accounts);
  registerTags(accounts);
}
