import { type Command, InvalidArgumentError, Option } from 'commander';
import { readSecret } from './ask.ts';
import { defined } from './context.ts';

/** What `add` and `edit` take alike. Passwords and seeds come from files or are typed, never from an option. */
export interface FieldOptions {
  email?: string;
  tag?: string[];
  timeZone?: string;
  proxy?: string;
  quietHours?: { from: string; to: string };
  limit?: Record<string, number>;
  notes?: string;
  passwordFile?: string;
  totpFile?: string;
}

function quietHours(text: string): { from: string; to: string } {
  const [, from, to] = /^(\d\d:\d\d)-(\d\d:\d\d)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) throw new InvalidArgumentError('It takes a span such as 22:00-07:30.');
  return { from, to };
}

function limit(text: string, before: Record<string, number> = {}): Record<string, number> {
  const [, name, number] = /^(\w+)=(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (name === undefined) throw new InvalidArgumentError('It takes name=number, e.g. posts=5.');
  return { ...before, [name]: Number(number) };
}

export function withFields(command: Command): Command {
  return command
    .option('--email <address>', 'where its platform sends codes')
    .option('--tag <tag...>', 'tags; with edit they take the place of those it has')
    .option('--time-zone <name>', 'e.g. Europe/Berlin')
    .option('--proxy <id>', 'the proxy that it uses')
    .addOption(
      new Option('--quiet-hours <from-to>', 'when nothing is done, e.g. 22:00-07:30').argParser((text) =>
        quietHours(text),
      ),
    )
    .addOption(
      new Option(
        '--limit <name=number>',
        'repeatable: posts, follows, profileChanges, visits a day, perHour, minGapMinutes, maxGapMinutes',
      ).argParser(limit),
    )
    .option('--notes <text>')
    .option('--password-file <file>', 'holds the password; - is standard input')
    .option('--totp-file <file>', 'holds the TOTP seed');
}

/** The fields of a request. */
export function fieldsOf({ email, tag, timeZone, proxy, quietHours, limit, notes }: FieldOptions) {
  return defined({ email, tags: tag, timeZone, proxyId: proxy, quietHours, dailyLimits: limit, notes });
}

export async function totpOf({ totpFile }: FieldOptions): Promise<{ totpSecret?: string }> {
  return totpFile === undefined ? {} : { totpSecret: (await readSecret('TOTP seed', totpFile, '--totp-file')).trim() };
}
