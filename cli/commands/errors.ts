import type { Command } from 'commander';
import { z } from 'zod';
import { contextOf, defined } from '../context.ts';
import { moreThere, type PageOptions, readPages, withPages } from '../pages.ts';
import { timeWords } from '../words.ts';

const groupsSchema = z.object({
  items: z.array(
    z.looseObject({
      fingerprint: z.string(),
      source: z.string(),
      type: z.string(),
      title: z.string(),
      count: z.number(),
      firstSeenAt: z.string(),
      lastSeenAt: z.string(),
      resolvedAt: z.string().nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

interface ListOptions extends PageOptions {
  source?: string;
  type?: string;
  task?: string;
  worker?: string;
}

/** `flotilla errors`. */
export function register(program: Command): void {
  const errors = program.command('errors').description('what went wrong, here and on the workers');
  withPages(errors.command('list'))
    .description('newest first')
    .option('--source <name>', 'where it was noticed, e.g. worker/browser')
    .option('--type <type>', 'e.g. ProxyFailed')
    .option('--task <id>', 'of this bulk task')
    .option('--worker <id>', 'of this worker')
    .action(async ({ source, type, task, worker, ...pages }: ListOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const filter = defined({ source, type, taskId: task, workerId: worker });
      const page = await readPages(
        (at) => unwrap(api.GET('/api/errors', { params: { query: { ...filter, ...at } } })),
        pages,
      );
      out.result(page, () => {
        out.table(
          ['at', 'source', 'type', 'message'],
          page.items.map((error) => [timeWords(error.at), error.source, error.type, error.message]),
          'There is no such error.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
  withPages(errors.command('groups'))
    .description('errors of the same cause together')
    .action(async (options: PageOptions, command: Command) => {
      const { other, out } = contextOf(command);
      const page = await readPages((at) => other({ path: '/api/errors/groups', query: at }, groupsSchema), options);
      out.result(page, () => {
        out.table(
          ['cause', 'source', 'type', 'what', 'times', 'first', 'last', ''],
          page.items.map((group) => [
            ...[group.fingerprint, group.source, group.type, group.title, group.count],
            ...[timeWords(group.firstSeenAt), timeWords(group.lastSeenAt), group.resolvedAt ? 'resolved' : ''],
          ]),
          'Nothing has gone wrong.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
}
