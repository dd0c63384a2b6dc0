import { happeningsOf, lengthOf, type Stretch, stretchesOf } from './stretches.ts';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const moved = (second: number, to: string, more: object = {}) => ({
  id: `1-${second}`,
  type: 'account-task',
  at: at(second),
  data: { to, reason: null, errorType: null, ...more },
});
const other = (second: number, type: string, data: object = {}) => ({ id: `1-${second}`, type, at: at(second), data });

const told = ({ state, turn, reason, errorType, events, ...stretch }: Stretch) => ({
  state,
  turn,
  ms: lengthOf({ state, turn, reason, errorType, events, ...stretch }, Date.parse(at(60))),
  events: events.map(({ type }) => type),
});

describe('the events of an account task as times in one state', () => {
  it('have a length each, and times at work are counted', () => {
    const stretches = stretchesOf([
      moved(1, 'running'),
      other(4, 'evidence', { step: 'publish' }),
      moved(5, 'paced', { reason: 'Slow down.', errorType: 'Throttled' }),
      moved(15, 'running'),
      moved(18, 'failed', { reason: 'The page changed.', errorType: 'PageChanged' }),
    ]);
    expect(stretches.map(told)).toEqual([
      { state: 'running', turn: 1, ms: 4_000, events: ['evidence'] },
      { state: 'paced', turn: null, ms: 10_000, events: [] },
      { state: 'running', turn: 2, ms: 3_000, events: [] },
      { state: 'failed', turn: null, ms: null, events: [] },
    ]);
    expect(stretches[1]).toMatchObject({ reason: 'Slow down.', errorType: 'Throttled' });
  });

  it('go on until now where nothing has ended them', () => {
    expect(stretchesOf([moved(50, 'running')]).map(told)).toEqual([
      { state: 'running', turn: 1, ms: 10_000, events: [] },
    ]);
  });

  it('do not make an end last when a retry begins after it', () => {
    const states = stretchesOf([moved(1, 'running'), moved(2, 'failed'), moved(30, 'pending'), moved(31, 'running')]);
    expect(states.map(told).map(({ state, ms }) => [state, ms])).toEqual([
      ['running', 1_000],
      ['failed', null],
      ['pending', 1_000],
      ['running', 29_000],
    ]);
  });

  it('keep what came before the first change of state, and pass over states that nobody knows', () => {
    const stretches = stretchesOf([other(1, 'note', { message: 'hm' }), moved(2, 'elsewhere'), moved(3, 'running')]);
    expect(stretches.map(told)).toEqual([
      { state: 'pending', turn: null, ms: 2_000, events: ['note', 'account-task'] },
      { state: 'running', turn: 1, ms: 57_000, events: [] },
    ]);
    expect(stretchesOf([])).toEqual([]);
  });
});

describe('what happened during a stretch', () => {
  const kept = (second: number, kind: string, step: string) =>
    other(second, 'evidence', { step, kind, evidenceId: `${kind} ${second}` });

  it('is told by tries: a screenshot and a trace belong together, and each further pair is a further try', () => {
    const [stretch] = stretchesOf([
      moved(1, 'running'),
      kept(11, 'screenshot', 'open-session'),
      kept(12, 'trace', 'open-session'),
      other(13, 'note', { message: 'hm' }),
      kept(22, 'trace', 'open-session'),
      kept(30, 'screenshot', 'submit-post'),
      kept(31, 'trace', 'submit-post'),
    ]);
    expect(happeningsOf(stretch!)).toMatchObject([
      { step: 'open-session', nth: 1, ms: 10_000, screenshot: 'screenshot 11', trace: 'trace 12' },
      { event: { type: 'note' } },
      { step: 'open-session', nth: 2, ms: 10_000, trace: 'trace 22' },
      { step: 'submit-post', nth: 1, ms: 8_000, screenshot: 'screenshot 30', trace: 'trace 31' },
    ]);
  });

  it('leaves evidence of an unknown sort as it stands', () => {
    const [stretch] = stretchesOf([moved(1, 'running'), kept(2, 'film', 'open-session')]);
    expect(happeningsOf(stretch!)).toMatchObject([{ event: { type: 'evidence' } }]);
  });
});
