import type { Bench } from './bench.ts';

export interface SeenEvent {
  id: string;
  event: string;
  data: Record<string, unknown>;
}

/** Listens to the live events of a bulk task, as the dashboard does. */
export async function listen(bench: Bench, taskId: string): Promise<{ seen: SeenEvent[]; close(): void }> {
  const stop = new AbortController();
  const response = await fetch(new URL(`/api/events?taskId=${taskId}`, bench.stack.apiUrl), {
    headers: { authorization: `Bearer ${bench.stack.adminToken}` },
    signal: stop.signal,
  });
  if (!response.body) throw new Error(`The event stream did not open: ${response.status}`);
  const seen: SeenEvent[] = [];
  void read(response.body, seen).catch(() => undefined);
  return { seen, close: () => stop.abort() };
}

async function read(body: ReadableStream<Uint8Array>, seen: SeenEvent[]): Promise<void> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    const frames = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const fields = new Map(
        frame.split('\n').map((line) => [line.split(': ')[0], line.slice(line.indexOf(': ') + 2)]),
      );
      const data = fields.get('data');
      if (data) seen.push({ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: JSON.parse(data) });
    }
  }
}
