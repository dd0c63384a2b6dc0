import type { Command } from 'commander';
import { z } from 'zod';
import { type Context, contextOf } from '../context.ts';
import { CliError } from '../failure.ts';
import { timeWords } from '../words.ts';

type Workers = Awaited<ReturnType<typeof listWorkers>>['items'];

const listWorkers = ({ api, unwrap }: Context) => unwrap(api.GET('/api/workers'));

/** Workers by id, by name, or as `name/role`: a name alone means every role of that host. */
async function findWorkers(context: Context, text: string): Promise<Workers> {
  const { items } = await listWorkers(context);
  const found = items.filter(({ id, name, role }) => [id, name, `${name}/${role}`].includes(text));
  if (found.length === 0) throw new CliError(`There is no worker ${text}.`);
  return found;
}

const answerSchema = z.looseObject({ id: z.uuid(), name: z.string(), role: z.string(), order: z.string() });

function registerOrder(workers: Command, name: 'restart' | 'drain', description: string): void {
  workers
    .command(`${name} <worker>`)
    .description(description)
    .action(async (text: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const items: z.output<typeof answerSchema>[] = [];
      for (const { id } of await findWorkers(context, text)) {
        const call = { method: 'POST' as const, path: `/api/workers/{id}/${name}`, params: { id } };
        items.push(await context.other(call, answerSchema));
      }
      context.out.result({ items }, () => {
        for (const worker of items) context.out.say(`${worker.name}/${worker.role} is told at its next heartbeat.`);
      });
    });
}

/** `flotilla workers`. */
export function register(program: Command): void {
  const workers = program.command('workers').description('worker processes of all hosts');
  workers
    .command('list')
    .description('by role')
    .action(async (_options: object, command: Command) => {
      const context = contextOf(command);
      const { out } = context;
      const page = await listWorkers(context);
      out.result(page, () =>
        out.table(
          ['id', 'name', 'role', 'state', 'slots', 'version', 'order', 'heard of'],
          page.items.map((worker) => [
            ...[worker.id, worker.name, worker.role, worker.state, worker.slots, worker.version],
            ...[worker.order === 'none' ? '' : worker.order, timeWords(worker.heartbeatAt)],
          ]),
          'No worker has registered. Is one running?',
        ),
      );
    });
  workers
    .command('show <worker>')
    .description('one worker with its newest metrics and errors, by id or as name/role')
    .action(async (text: string, _options: object, command: Command) => {
      const context = contextOf(command);
      const { api, unwrap, out } = context;
      const [first, ...more] = await findWorkers(context, text);
      if (!first) throw new CliError(`There is no worker ${text}.`);
      if (more.length > 0)
        throw new CliError(`${text} runs several roles: name one, e.g. ${first.name}/${first.role}.`);
      const worker = await unwrap(api.GET('/api/workers/{id}', { params: { path: { id: first.id } } }));
      out.result(worker, () => {
        out.fields([
          ['id', worker.id],
          ['name', worker.name],
          ['role', worker.role],
          ['state', worker.state],
          ['queues', worker.taskQueues.join(', ')],
          ['slots', worker.slots],
          ['process', worker.pid],
          ['version', worker.version],
          ['registered', timeWords(worker.registeredAt)],
          ['heard of', timeWords(worker.heartbeatAt)],
          ...Object.entries(worker.metrics[0]?.metrics ?? {}).map(([name, value]) => [name, value] as const),
        ]);
        out.say('');
        out.table(
          ['at', 'error', 'message'],
          worker.errors.map(({ at, type, message }) => [timeWords(at), type, message]),
          'It has reported no error.',
        );
      });
    });
  registerOrder(workers, 'restart', 'let it finish what it has begun, and start it anew');
  registerOrder(workers, 'drain', 'let it finish what it has begun, and take nothing more');
}
