import { createEventParser, type StreamEvent } from './event-stream.ts';

function read(...pieces: string[]): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parse = createEventParser((event) => events.push(event));
  for (const piece of pieces) parse(piece);
  return events;
}

const WHOLE = 'id: 7-1\nevent: account-task\ndata: {"to":"failed"}\n\n';
const EVENT = { id: '7-1', type: 'account-task', data: '{"to":"failed"}' };

describe('the reader of server-sent events', () => {
  it('reads an event', () => {
    expect(read(WHOLE)).toEqual([EVENT]);
  });

  it('reads it all the same wherever the network cut it', () => {
    for (let at = 1; at < WHOLE.length; at += 1) expect(read(WHOLE.slice(0, at), WHOLE.slice(at))).toEqual([EVENT]);
  });

  it('takes all three line ends, also when one is cut in two', () => {
    const windows = WHOLE.replaceAll('\n', '\r\n');
    for (let at = 1; at < windows.length; at += 1) {
      expect(read(windows.slice(0, at), windows.slice(at))).toEqual([EVENT]);
    }
    expect(read(WHOLE.replaceAll('\n', '\r'), 'x')).toEqual([EVENT]);
  });

  it('leaves heartbeats and the reconnection time out', () => {
    expect(read(': still here\n\n', 'retry: 2000\n\n')).toEqual([]);
  });

  it('keeps the last id for events that bring none, and joins lines of data', () => {
    expect(read(WHOLE, 'data: a\ndata: b\n\n')[1]).toEqual({ id: '7-1', type: 'message', data: 'a\nb' });
  });
});
