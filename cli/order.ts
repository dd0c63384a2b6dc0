import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { paceSchema, WINDOW_MAX, WINDOW_MIN } from '../contracts/bulk.ts';
import type { AnyKind } from '../kinds/define.ts';
import { type Context, contextOf, defined } from './context.ts';
import { usage } from './failure.ts';
import { existingFile } from './files.ts';
import { wholeNumber } from './pages.ts';
import { type ParamOption, paramErrors, paramOption, paramOptions, readParams, resolveMedia } from './params.ts';
import { type Selection, selectionOf } from './selection.ts';
import { startTask } from './tasks.ts';
import { uploadFiles } from './upload.ts';
import { watchRun } from './watch.ts';
import { count, timeWords } from './words.ts';

const PACE = 'pace';
const SHOWN_PLANS = 10;

/** The kind's own options, and those of the pace. */
export const kindOptions = (kind: AnyKind): ParamOption[] => paramOptions(kind.params, `${kind.title}:`);
const paceOptions = (): ParamOption[] => paramOption(PACE, paceSchema, 'Pace:');

interface OrderOptions {
  accounts: string[];
  name?: string;
  window?: number;
  startAt?: string;
  canary?: number;
  skipRefused?: boolean;
  idempotencyKey?: string;
  dryRun?: boolean;
  start?: boolean;
  watch?: boolean;
}

const createdSchema = z.looseObject({
  id: z.uuid(),
  kind: z.string(),
  name: z.string(),
  state: z.string(),
  total: z.int(),
  warnings: z.array(z.string()).default([]),
});
const dryRunSchema = z.looseObject({
  total: z.int(),
  plans: z.array(z.looseObject({ username: z.string(), plan: z.unknown() })),
  refused: z.array(z.looseObject({ accountId: z.string(), username: z.string(), reason: z.string() })),
  refusedTotal: z.int(),
  canary: z.int().nullish(),
  warnings: z.array(z.string()),
  forecast: z.looseObject({ finishAt: z.string(), boundBy: z.string() }),
});

function timeGiven(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) throw usage(`--start-at takes a time such as 2026-05-01T09:00, not "${text}".`);
  return at.toISOString();
}

/** Seconds alone are the least gap; else the object of the pace and its single fields. */
function paceGiven(options: readonly ParamOption[], given: Record<string, unknown>): object | undefined {
  const seconds = Number(given[PACE]);
  const whole =
    given[PACE] !== undefined && Number.isFinite(seconds)
      ? { ...given, [PACE]: JSON.stringify({ minGapSeconds: seconds }) }
      : given;
  return readParams(options, whole)[PACE] as object | undefined;
}

const isId = (text: string): boolean => z.uuid().safeParse(text).success;

/**
 * The kind's params as the options say them. They are held against the kind's schema before a file is sent: the ids of
 * files that are not in the library yet stand in for themselves.
 * @throws CliError of usage that names the options
 */
async function paramsOf(
  context: Context,
  { kind, options, given }: { kind: AnyKind; options: readonly ParamOption[]; given: Record<string, unknown> },
): Promise<Record<string, unknown>> {
  const params = readParams(options, given);
  const standIns = new Map<string, string>();
  const checked = await resolveMedia(options, params, async (texts) =>
    texts.map((text) => {
      if (isId(text)) return text;
      const path = existingFile(text);
      const standIn = standIns.get(path) ?? randomUUID();
      standIns.set(path, standIn);
      return standIn;
    }),
  );
  const parsed = kind.params.safeParse(checked);
  if (!parsed.success) {
    throw usage(`The options do not make an order of ${kind.name}.`, paramErrors(options, parsed.error));
  }
  return await resolveMedia(options, params, async (texts) => {
    const uploaded = await uploadFiles(
      context,
      texts.filter((text) => !isId(text)),
    );
    return texts.map((text) => (isId(text) ? text : (uploaded.shift()?.id ?? text)));
  });
}

async function dryRun({ out, other }: Context, kind: AnyKind, body: object): Promise<void> {
  const path = `/api/bulk/${kind.name}`;
  const answer = await other({ method: 'POST', path, query: { dryRun: 'true' }, body }, dryRunSchema);
  out.result(answer, () => {
    out.say(`${count(answer.total, 'account')} would take part.`);
    if (answer.canary) out.say(`The first ${answer.canary} would go first, the others after an approval.`);
    for (const warning of answer.warnings) out.say(out.colours.yellow(warning));
    out.table(
      ['account', 'would do'],
      answer.plans.slice(0, SHOWN_PLANS).map(({ username, plan }) => [username, JSON.stringify(plan)]),
      '',
    );
    if (answer.refusedTotal > 0) out.say(`\n${count(answer.refusedTotal, 'account')} cannot take part:`);
    if (answer.refusedTotal > 0) {
      out.table(
        ['account', 'why'],
        answer.refused.map(({ username, reason }) => [username, reason]),
        '',
      );
    }
    out.say(`\nWould end about ${timeWords(answer.forecast.finishAt)}. ${answer.forecast.boundBy}`);
  });
}

async function giveOrder(kind: AnyKind, options: readonly ParamOption[], command: Command): Promise<void> {
  const given = command.opts<OrderOptions & Record<string, unknown>>();
  const context = contextOf(command);
  const { out } = context;
  const pace = paceGiven(paceOptions(), given);
  const startAt = given.startAt === undefined ? undefined : timeGiven(given.startAt);
  if (startAt !== undefined && (given.start || given.watch)) {
    throw usage('With --start-at the task starts by itself: leave --start and --watch out.');
  }
  const params = await paramsOf(context, { kind, options, given });
  const accounts: Selection = await selectionOf(context, given.accounts);
  const { name, window, canary, skipRefused } = given;
  const body = { accounts, params, ...defined({ name, window, canary, skipRefused, pace, startAt }) };
  if (given.dryRun) return await dryRun(context, kind, body);

  const response = await context.send(`/api/bulk/${kind.name}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(given.idempotencyKey ? { 'idempotency-key': given.idempotencyKey } : {}),
    },
    body: JSON.stringify(body),
  });
  const created = createdSchema.parse(await response.json());
  for (const warning of created.warnings) out.note(warning);
  if (given.watch) {
    if (out.json) out.line({ type: 'created', ...created });
    out.say(`Task ${created.id}: ${created.name}, ${count(created.total, 'account')}.`);
    const begin = async (): Promise<void> => void (await startTask(context, created));
    process.exitCode = await watchRun(context, { kind: kind.name, id: created.id }, begin);
    return;
  }
  const state = given.start ? (await startTask(context, created)).state : created.state;
  out.result({ ...created, state }, () => {
    out.say(`Task ${created.id}: ${created.name}, ${count(created.total, 'account')}, ${state}.`);
    if (state === 'draft') out.say(`To start it: flotilla bulk start ${created.id}`);
    else out.say(`To watch it: flotilla bulk watch ${created.id}`);
  });
}

/** Adds `bulk <kind>` with an option for every value of the kind's schema. */
export function registerKind(bulk: Command, kind: AnyKind): void {
  const options = kindOptions(kind);
  const command = new Command(kind.name).copyInheritedSettings(bulk).description(kind.description ?? kind.title);
  command
    .requiredOption(
      '--accounts <which...>',
      'ids, tag:<tag>, platform:<name>, filter:<name=value&…> as the list takes it, or @<file with ids>',
    )
    .option('--name <text>', 'what people call the task')
    .addOption(
      new Option('--window <number>', `how many accounts run at once (${WINDOW_MIN} to ${WINDOW_MAX})`).argParser(
        wholeNumber(WINDOW_MIN, WINDOW_MAX),
      ),
    )
    .addOption(
      new Option('--canary <number>', 'run so many accounts first and wait for approval').argParser(wholeNumber(1)),
    )
    .option('--start-at <time>', 'start by itself at this time; local unless it says otherwise')
    .option('--skip-refused', 'go on without accounts that cannot take part')
    .option('--idempotency-key <text>', 'given again, the first task comes back and none is added')
    .option('--dry-run', 'only show what would be done')
    .option('--start', 'start it at once')
    .option('--watch', 'start it and follow it to its end');
  for (const { option, alias } of options) {
    command.addOption(option);
    if (alias) command.addOption(alias);
  }
  for (const { option } of paceOptions()) {
    command.addOption(option.long === `--${PACE}` ? renamed(option) : option);
  }
  command.action(async () => await giveOrder(kind, options, command));
  bulk.addCommand(command);
}

/** The pace as a whole takes seconds too. */
function renamed(option: Option): Option {
  return new Option(
    '--pace <json|seconds>',
    'least time between two posts of an account in seconds; or the whole pace as JSON or @file',
  ).helpGroup(option.helpGroupHeading ?? '');
}
