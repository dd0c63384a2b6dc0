import type { Command } from 'commander';
import { contextOf } from '../context.ts';
import { moreThere, type PageOptions, readPages, withPages } from '../pages.ts';
import { timeWords } from '../words.ts';

const ORDERS = [
  ['run', 'run-now', 'run it now, beside its times', 'The run begins.'],
  ['pause', 'pause', 'start nothing more until resumed', 'It is paused.'],
  ['resume', 'resume', 'go on after a pause', 'It goes on.'],
] as const;

/** `flotilla schedules`. */
export function register(program: Command): void {
  const schedules = program.command('schedules').description('tasks that start at a time or repeat');
  withPages(schedules.command('list'))
    .description('newest first')
    .action(async (options: PageOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const page = await readPages((at) => unwrap(api.GET('/api/schedules', { params: { query: at } })), options);
      out.result(page, () => {
        out.table(
          ['id', 'name', 'kind', 'when', 'time zone', 'state', 'next run', 'last run', 'why'],
          page.items.map((schedule) => [
            ...[schedule.id, schedule.name, schedule.kind, schedule.when, schedule.timeZone, schedule.state],
            ...[timeWords(schedule.nextRunAt), timeWords(schedule.lastRunAt), schedule.lastError],
          ]),
          'There is no schedule.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
  for (const [name, call, description, done] of ORDERS) {
    schedules
      .command(`${name} <id>`)
      .description(description)
      .action(async (id: string, _options: object, command: Command) => {
        const { api, unwrap, out } = contextOf(command);
        const answer = await unwrap(api.POST(`/api/schedules/{id}/${call}`, { params: { path: { id } } }));
        out.result(answer, () => out.say(done));
      });
  }
}
