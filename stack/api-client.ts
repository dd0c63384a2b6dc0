import type { z } from 'zod';

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface ApiClient {
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(path: string, body: object | FormData, schema: Schema): Promise<z.output<Schema>>;
}

/** Calls JSON services with a bearer token. @throws ApiError with the status and what the service said. */
export function createApiClient(baseUrl: string, token?: string): ApiClient {
  async function call<Schema extends z.ZodType>(
    method: string,
    path: string,
    schema: Schema,
    body?: object | FormData,
  ) {
    const isForm = body instanceof FormData;
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body && !isForm && { 'content-type': 'application/json' }),
      },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new ApiError(response.status, `${method} ${path} → ${response.status}: ${text.slice(0, 500)}`);
    return schema.parse(JSON.parse(text));
  }
  return {
    get: (path, schema) => call('GET', path, schema),
    post: (path, body, schema) => call('POST', path, schema, body),
  };
}
