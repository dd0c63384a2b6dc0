import { type Command, Option } from 'commander';
import { WEBHOOK_EVENTS, type WebhookEvent } from '../../contracts/webhooks.ts';
import { contextOf } from '../context.ts';
import { moreThere, type PageOptions, readPages, withPages } from '../pages.ts';
import { timeWords } from '../words.ts';

/** `flotilla webhooks`: who is told of what, and how that went. */
export function register(program: Command): void {
  const webhooks = program.command('webhooks').description('alerts to other systems, and how their delivery went');
  webhooks
    .command('list')
    .description('all of them, newest first')
    .action(async (_options: object, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const { items } = await unwrap(api.GET('/api/webhooks'));
      out.result({ items }, () =>
        out.table(
          ['id', 'name', 'address', 'events', 'state', 'waiting', 'last', 'answer'],
          items.map((one) => [
            ...[one.id, one.name, one.url, one.events.join(' ')],
            ...[one.enabled ? 'enabled' : (one.disabledReason ?? 'disabled'), one.waiting],
            ...[timeWords(one.lastDelivery?.at ?? null), one.lastDelivery?.status ?? ''],
          ]),
          'There is no webhook.',
        ),
      );
    });
  webhooks
    .command('add <name> <url>')
    .description('add one; its key is printed once')
    .addOption(
      new Option('--event <names...>', 'what it is told of; everything unless given')
        .choices(WEBHOOK_EVENTS)
        .default([...WEBHOOK_EVENTS], 'all'),
    )
    .action(async (name: string, url: string, options: { event: WebhookEvent[] }, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const body = { name, url, events: options.event, enabled: true };
      const made = await unwrap(api.POST('/api/webhooks', { body }));
      out.result(made, () => {
        out.fields([
          ['id', made.id],
          ['key', made.key],
        ]);
        out.say('The key is shown this once: its receiver verifies messages with it.');
      });
    });
  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    webhooks
      .command(`${verb} <id>`)
      .description(enabled ? 'send what waits, and all that comes' : 'send nothing until it is enabled')
      .action(async (id: string, _options: object, command: Command) => {
        const { api, unwrap, out } = contextOf(command);
        const body = { enabled };
        const changed = await unwrap(api.PATCH('/api/webhooks/{id}', { params: { path: { id } }, body }));
        out.result(changed, () => out.say(`${changed.name} is ${enabled ? 'enabled' : 'disabled'}.`));
      });
  }
  webhooks
    .command('test <id>')
    .description('send a test message')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const sent = await unwrap(api.POST('/api/webhooks/{id}/test', { params: { path: { id } } }));
      out.result(sent, () => out.say(`It is about to be sent. How it went: flotilla webhooks deliveries ${id}`));
    });
  withPages(webhooks.command('deliveries <id>'))
    .description('messages of one, newest first, with how the last attempt went')
    .action(async (id: string, options: PageOptions, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const path = { id };
      const page = await readPages(
        (query) => unwrap(api.GET('/api/webhooks/{id}/deliveries', { params: { path, query } })),
        options,
      );
      out.result(page, () => {
        out.table(
          ['number', 'event', 'state', 'attempts', 'status', 'ms', 'next', 'what went wrong'],
          page.items.map((one) => [
            ...[one.id, one.event, one.state, `${one.attempts} of ${one.mostAttempts}`, one.statusCode ?? ''],
            ...[one.durationMs ?? '', timeWords(one.nextAttemptAt), one.error],
          ]),
          'There was no message yet.',
        );
        for (const line of moreThere(page)) out.say(line);
      });
    });
  webhooks
    .command('retry <id> <delivery>')
    .description('send a message now that has failed or waits')
    .action(async (id: string, deliveryId: string, _options: object, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      const path = { id, deliveryId };
      const sent = await unwrap(api.POST('/api/webhooks/{id}/deliveries/{deliveryId}/retry', { params: { path } }));
      out.result(sent, () => out.say(`It is about to be sent. How it went: flotilla webhooks deliveries ${id}`));
    });
  webhooks
    .command('delete <id>')
    .description('delete one with its deliveries')
    .action(async (id: string, _options: object, command: Command) => {
      const { api, unwrap, out } = contextOf(command);
      await unwrap(api.DELETE('/api/webhooks/{id}', { params: { path: { id } } }));
      out.result({ id, deleted: true }, () => out.say('It is deleted.'));
    });
}
