import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';

/** OTLP/HTTP as JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
const attributes = z.array(z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })).default([]);
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.int(),
  attributes,
  events: z.array(z.object({ name: z.string(), attributes })).default([]),
  status: z.object({ code: z.int().optional(), message: z.string().optional() }).default({}),
});
const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
});

type Attributes = Record<string, unknown>;

export interface ReceivedSpan extends Omit<z.output<typeof spanSchema>, 'attributes'> {
  /** `service.name` of its resource. */
  service: string;
  attributes: Attributes;
}

export interface Collector {
  url: string;
  spans: readonly ReceivedSpan[];
  /** All bodies, as they came. */
  text(): string;
  close(): Promise<void>;
}

const plain = (list: z.output<typeof attributes>): Attributes =>
  Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));

/** A collector of traces on a free loopback port. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString();
    if (request.url !== '/v1/traces') {
      response.writeHead(404).end();
      return;
    }
    bodies.push(body);
    for (const { resource, scopeSpans } of requestSchema.parse(JSON.parse(body)).resourceSpans) {
      const service = String(plain(resource.attributes)['service.name']);
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        spans.push({ ...span, service, attributes: plain(span.attributes) });
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    text: () => bodies.join('\n'),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The span above a span, above that, and so on. */
export function ancestors(all: readonly ReceivedSpan[], span: ReceivedSpan): ReceivedSpan[] {
  const above = all.find(({ traceId, spanId }) => traceId === span.traceId && spanId === span.parentSpanId);
  return above ? [above, ...ancestors(all, above)] : [];
}
