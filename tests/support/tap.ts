import { connect } from 'node:net';
import { type TestProxy, tcpServer } from '../../activities/proxies/proxies.fixture.ts';

const LONGEST_VALUE_CHARS = 200;

export interface Tap extends TestProxy {
  /** What the expression's groups found so far, on both ways. */
  readonly caught: ReadonlySet<string>;
}

/**
 * Passes connections on to a proxy and reads along: values that a site hands out and takes back at once are seen too.
 * @param expression each group finds a value of a fixed length: what comes may be cut anywhere
 */
export async function tapped(target: TestProxy, expression: RegExp): Promise<Tap> {
  const caught = new Set<string>();
  function listener(): (chunk: Buffer) => void {
    let tail = '';
    return (chunk) => {
      const text = tail + chunk.toString('latin1');
      for (const [, ...groups] of text.matchAll(new RegExp(expression, 'g'))) {
        for (const value of groups) if (value) caught.add(value);
      }
      tail = text.slice(-LONGEST_VALUE_CHARS);
    };
  }
  const proxy = await tcpServer((socket) => {
    const onward = connect(target.port, '127.0.0.1');
    onward.on('error', () => socket.destroy()).once('close', () => socket.destroy());
    socket.once('close', () => onward.destroy());
    socket.on('data', listener()).pipe(onward).on('data', listener()).pipe(socket);
  });
  return { ...proxy, caught };
}
