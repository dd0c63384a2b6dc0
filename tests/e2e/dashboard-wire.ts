import { connect, createServer, type Socket } from 'node:net';

/** A wire between a browser and the API that can go dead without a word, as after sleep or a change of networks. */
export interface Wire {
  /** The dashboard's address through it. */
  url: string;
  /**
   * Nothing passes any more on the connection of the stream, and nobody is told; on the others neither, or they end, as
   * a server ends those that it has heard nothing on for some seconds. New ones work.
   */
  goSilent(others: 'end' | 'silent'): void;
  /** Heads of the requests for the stream of events, as they came. */
  streams: string[];
  close(): Promise<void>;
}

export async function openWire(apiUrl: string): Promise<Wire> {
  const { hostname, port } = new URL(apiUrl);
  const open = new Map<Socket, Socket>();
  const streaming = new WeakSet<Socket>();
  const streams: string[] = [];
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    open.set(near, far);
    near.on('data', (bytes: Buffer) => {
      const head = bytes.toString('latin1');
      if (!head.startsWith('GET /api/events')) return;
      streams.push(head);
      streaming.add(near);
    });
    near.pipe(far).pipe(near);
    const end = (): void => {
      open.delete(near);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The wire has no port.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    streams,
    goSilent(others) {
      for (const [near, far] of open) {
        if (others === 'end' && !streaming.has(near)) {
          near.end();
          far.destroy();
          continue;
        }
        far.removeAllListeners('data');
        far.unpipe(near);
        near.unpipe(far);
        // Read on, so that neither side notices anything.
        near.resume();
        far.resume();
        far.removeAllListeners('close');
      }
    },
    close: () =>
      new Promise((done) => {
        for (const near of open.keys()) near.destroy();
        server.close(() => done());
      }),
  };
}
