import { Input, SegmentedControl, Stack, Switch, Text } from '@mantine/core';
import { shared, t } from '../../i18n/index.ts';
import { titleOf } from '../../ui/format.ts';
import { blankOf, branchOf, type JsonSchema, resolve } from './json-schema.ts';
import classes from './new-task.module.css';
import { type DrawnField, SchemaForm } from './schema-form.tsx';

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/** Fields that belong together; those that may be left out as a whole are switched on. */
export function GroupField({ schema, root, common, value, shown, required, path, errors, onChange }: DrawnField) {
  const always = required || schema.default !== undefined;
  const on = always || value !== undefined;
  return (
    <fieldset className={classes.group} aria-label={common.label}>
      {always ? (
        <div style={{ marginBottom: 16 }}>
          <Text fw={550}>{common.label}</Text>
          {common.description && (
            <Text size="sm" c="dimmed">
              {common.description}
            </Text>
          )}
        </div>
      ) : (
        <Switch
          label={common.label}
          description={common.description}
          checked={on}
          onChange={(event) => onChange(event.currentTarget.checked ? blankOf(schema) : undefined)}
          mb={on ? 'md' : 0}
        />
      )}
      {on && (
        <SchemaForm
          schema={schema}
          root={root}
          value={recordOf(shown)}
          errors={errors}
          onChange={onChange}
          path={path}
        />
      )}
      {errors[path] && <Input.Error mt="xs">{errors[path]}</Input.Error>}
    </fieldset>
  );
}

/** What a branch of a union is called: its title, or the values that only it has. */
const branchTitle = (branch: JsonSchema, place: number): string =>
  branch.title
    ? shared(branch.title)
    : Object.values(blankOf(branch))
        .map((fixed) => shared(titleOf(String(fixed))))
        .join(', ') || t('newTask:form', { n: place + 1 });

/** One of several forms of the same thing. */
export function VariantsField({ schema, root, common, value, shown, required, path, errors, onChange }: DrawnField) {
  const branches = (schema.oneOf ?? []).map((branch) => resolve(branch, root));
  const current = recordOf(shown);
  const place = branchOf(branches, current);
  const branch = branches[place];
  const on = required || value !== undefined || schema.default !== undefined;
  const take = (next: number): void => onChange(blankOf(branches[next] ?? {}));
  return (
    <fieldset className={classes.group} aria-label={common.label}>
      <Stack gap="md">
        {required ? (
          <Text fw={550}>{common.label}</Text>
        ) : (
          <Switch
            label={common.label}
            description={common.description}
            checked={on}
            onChange={(event) => (event.currentTarget.checked ? take(0) : onChange(undefined))}
          />
        )}
        {on && branch && (
          <>
            <SegmentedControl
              aria-label={common.label}
              style={{ alignSelf: 'start' }}
              data={branches.map((one, at) => ({ value: String(at), label: branchTitle(one, at) }))}
              value={String(place)}
              onChange={(next) => take(Number(next))}
            />
            <SchemaForm
              schema={branch}
              root={root}
              value={{ ...blankOf(branch), ...current }}
              errors={errors}
              onChange={onChange}
              path={path}
            />
          </>
        )}
        {errors[path] && <Input.Error>{errors[path]}</Input.Error>}
      </Stack>
    </fieldset>
  );
}
