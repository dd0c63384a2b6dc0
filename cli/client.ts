import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { z } from 'zod';
import type { paths } from '../contracts/openapi.d.ts';
import type { Address } from './address.ts';
import { CliError, EXIT, type ExitCode } from './failure.ts';

const problemSchema = z.object({
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string().optional(),
});

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** A call that is not in the generated types: the server may be older than this program. */
export interface OtherCall {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it, e.g. `/api/workers/{id}/drain`. */
  path: string;
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  body?: object;
}

export interface ApiClient {
  address: Address;
  /** Every call of the OpenAPI document, typed by it. */
  api: Client<paths>;
  /** The data of an answer. @throws CliError for every other answer, and when there is none */
  unwrap<Data>(call: Promise<Answer<Data>>): Promise<NonNullable<Data>>;
  /** Any answer as it came. @throws CliError when there is none, or when it is no success */
  send(path: string, init?: RequestInit): Promise<Response>;
  /** A call of which a server may not know. @throws CliError that says so */
  other<Schema extends z.ZodType>(call: OtherCall, schema: Schema): Promise<z.output<Schema>>;
  /** The same, for answers that are no JSON. */
  otherResponse(call: OtherCall): Promise<Response>;
}

const isAborted = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

function unreachable({ apiUrl }: Address, error: unknown): CliError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new CliError(
    `No answer from ${apiUrl}${code}. Is Flotilla running there? Another address: --api or FLOTILLA_API_URL.`,
    EXIT.unreachable,
  );
}

/** Reads an `application/problem+json` body; anything else becomes a sentence about its status. */
export function refusalOf(status: number, body: unknown, { tokenFrom }: Pick<Address, 'tokenFrom'>): CliError {
  const problem = problemSchema.safeParse(body).data;
  const exitCode: ExitCode = status === 401 || status === 403 ? EXIT.refused : EXIT.error;
  const said = problem?.detail ?? `The server answered with status ${status}, and not as Flotilla does.`;
  const message = status === 401 ? `The token from ${tokenFrom} was refused. ${said}` : said;
  return new CliError(message, exitCode, {
    status,
    ...(problem?.errors ? { errors: problem.errors } : {}),
    ...(problem?.requestId ? { requestId: problem.requestId } : {}),
  });
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch(() => '');
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function pathOf({ path, params = {}, query = {} }: OtherCall): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) asked.set(name, String(value));
  return asked.size > 0 ? `${filled}?${asked}` : filled;
}

/** Statuses that a server gives for a path that it does not know, or takes for another one. */
const MAYBE_UNKNOWN = [400, 404, 405];

/** The API as the program calls it. Answers that are no success are thrown as sentences. */
export function createApiClient(address: Address): ApiClient {
  const headers = { authorization: `Bearer ${address.token}` };
  const failing: Middleware = {
    onError: ({ error }) => (isAborted(error) ? undefined : unreachable(address, error)),
  };
  const api = createClient<paths>({ baseUrl: address.apiUrl, headers });
  api.use(failing);

  async function send(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(address.apiUrl + path, {
      ...init,
      headers: { ...headers, ...(init.headers as Record<string, string>) },
    }).catch((error: unknown) => {
      throw isAborted(error) ? error : unreachable(address, error);
    });
    if (!response.ok) throw refusalOf(response.status, await bodyOf(response), address);
    return response;
  }

  const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
  async function isOffered({ method = 'GET', path }: OtherCall): Promise<boolean> {
    const document = documentSchema.safeParse(await bodyOf(await send('/api/openapi.json'))).data;
    return document === undefined || document.paths[path]?.[method.toLowerCase()] !== undefined;
  }

  async function otherResponse(call: OtherCall): Promise<Response> {
    try {
      return await send(pathOf(call), {
        method: call.method ?? 'GET',
        ...(call.body ? { body: JSON.stringify(call.body), headers: { 'content-type': 'application/json' } } : {}),
      });
    } catch (error) {
      const status = error instanceof CliError ? error.status : undefined;
      if (status === undefined || !MAYBE_UNKNOWN.includes(status) || (await isOffered(call))) throw error;
      throw new CliError(`This server does not offer ${call.method ?? 'GET'} ${call.path}. Bring it up to date.`);
    }
  }

  return {
    address,
    api,
    send,
    otherResponse,
    async unwrap(call) {
      const { data, error, response } = await call;
      if (!response.ok) throw refusalOf(response.status, error, address);
      if (data === undefined && response.status !== 204) throw refusalOf(response.status, undefined, address);
      return data as NonNullable<typeof data>;
    },
    async other(call, schema) {
      const response = await otherResponse(call);
      const parsed = schema.safeParse(response.status === 204 ? undefined : await bodyOf(response));
      if (!parsed.success) {
        throw new CliError(`The answer of ${call.path} is not what was expected: ${z.prettifyError(parsed.error)}`);
      }
      return parsed.data;
    },
  };
}
