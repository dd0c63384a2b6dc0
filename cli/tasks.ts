import { z } from 'zod';
import { kindList } from '../kinds/index.ts';
import type { Context } from './context.ts';
import { CliError, usage } from './failure.ts';

export interface TaskRef {
  kind: string;
  id: string;
}

/**
 * The task that a person names: by its id, or as `kind/id`. An id alone is looked for among the kinds.
 * @throws CliError when there is none
 */
export async function findTask(context: Context, text: string): Promise<TaskRef> {
  const [, given, id = ''] = /^(?:([\w-]+)\/)?([^/]+)$/.exec(text.trim()) ?? [];
  if (!z.uuid().safeParse(id).success) throw usage(`A task is named by its id, or as kind/id, not "${text}".`);
  if (given !== undefined) return { kind: given, id };
  const found = await Promise.all(
    kindList.map(async ({ name }) => {
      const call = context.api.GET('/api/bulk/{kind}/{id}', { params: { path: { kind: name, id } } });
      const { response } = await call;
      if (response.status === 404) return undefined;
      await context.unwrap(call);
      return name;
    }),
  );
  const kind = found.find((name) => name !== undefined);
  if (kind === undefined) throw new CliError(`There is no bulk task ${id}.`);
  return { kind, id };
}

export const startTask = (context: Context, { kind, id }: TaskRef) =>
  context.unwrap(context.api.POST('/api/bulk/{kind}/{id}/start', { params: { path: { kind, id } } }));
