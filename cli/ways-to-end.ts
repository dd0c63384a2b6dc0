import { EXIT } from './failure.ts';

const WAYS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, 'done'],
  [EXIT.error, 'refused or failed, with the reason'],
  [EXIT.usage, 'the command was not understood'],
  [EXIT.failures, 'a run that was watched ended with failures or was cancelled'],
  [EXIT.unreachable, 'the API does not answer'],
  [EXIT.refused, 'no token, one that is refused, or one without the right'],
  [EXIT.interrupted, 'Ctrl-C; a run goes on'],
];

/** For the end of the help. */
export const WAYS_TO_END = `\nExit codes:\n${WAYS.map(([code, meaning]) => `  ${String(code).padEnd(4)}${meaning}`).join('\n')}`;
