import type { RunningStack } from './start-stack.ts';

/** Where a person finds what was started. */
export function summarize(stack: RunningStack, seconds: number): string {
  const { env, keys } = stack;
  const rows: [string, string][] = [
    ['Dashboard', env.publicUrl],
    ['Sign in', `${env.publicUrl}/sign-in#token=${keys.adminToken}`],
    ['Temporal Web', env.temporalUiUrl],
    ['API docs', `${env.publicUrl}/api/docs`],
    ['Sandbox site', env.sandboxUrl],
    ['Data', env.FLOTILLA_DATA],
  ];
  const lines = rows.map(([title, value]) => `  ${title.padEnd(14)}${value}`);
  return [
    '',
    `Flotilla is ready after ${seconds.toFixed(1)} s.`,
    '',
    ...lines,
    '',
    '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}
