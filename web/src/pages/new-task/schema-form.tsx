import {
  Input,
  JsonInput,
  MultiSelect,
  NumberInput,
  SegmentedControl,
  Select,
  Switch,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import type { ReactNode } from 'react';
import { shared, t } from '../../i18n/index.ts';
import { joinPath, titleOf } from '../../ui/format.ts';
import { LinesField, ListField, PairField } from './array-fields.tsx';
import { GroupField, VariantsField } from './group-fields.tsx';
import { type FieldSort, type JsonSchema, resolve, sortOf } from './json-schema.ts';
import { MediaField } from './media-field.tsx';
import classes from './new-task.module.css';
import { CategoryField, PlatformField, TaskField } from './pick-fields.tsx';
import { TextsField } from './texts-field.tsx';

/** What is wrong, by path: `mediaIds`, `variants.maxHeight`. */
export type FieldErrors = Readonly<Record<string, string>>;

/** Of these, two stand side by side inside of a group. */
const SMALL: readonly FieldSort[] = ['number', 'pair', 'choice', 'switch', 'platform'];

interface SchemaFormProps {
  schema: JsonSchema;
  /** Where references of the schema lead; the schema itself unless it is a part of another. */
  root?: JsonSchema;
  value: Readonly<Record<string, unknown>>;
  errors: FieldErrors;
  onChange(value: Record<string, unknown>): void;
  path?: string;
}

/** A form for the params of any kind: what a field looks like follows from its schema alone. */
export function SchemaForm({ schema, root = schema, value, errors, onChange, path = '' }: SchemaFormProps) {
  return (
    <div className={classes.fields} data-inner={path !== '' || undefined}>
      {Object.entries(schema.properties ?? {}).map(([name, part]) => {
        const field = resolve(part, root);
        return (
          <div key={name} data-small={SMALL.includes(sortOf(field, root)) || undefined}>
            <SchemaField
              name={name}
              path={joinPath(path, name)}
              schema={field}
              root={root}
              required={(schema.required ?? []).includes(name)}
              value={value[name]}
              errors={errors}
              onChange={(next) => {
                const { [name]: _, ...rest } = value;
                onChange(next === undefined ? rest : { ...rest, [name]: next });
              }}
            />
          </div>
        );
      })}
    </div>
  );
}

interface FieldProps {
  name: string;
  path: string;
  schema: JsonSchema;
  root: JsonSchema;
  required: boolean;
  value: unknown;
  errors: FieldErrors;
  onChange(value: unknown): void;
}

/** What the components of all fields take. */
export interface CommonProps {
  label: string;
  description: string | undefined;
  withAsterisk: boolean;
  error: string | undefined;
}

/** What every component below gets: the field itself, and what is common to inputs. */
export interface DrawnField extends Omit<FieldProps, 'name'> {
  common: CommonProps;
  /** The value, or the default that holds without one. */
  shown: unknown;
}

const HINTED = ['round-robin', 'all', 'shuffle'] as const;

/** What choices mean that several kinds offer. */
const hintOf = (choice: string | null): string | undefined => {
  const known = HINTED.find((one) => one === choice);
  return known && t(`newTask:hint.${known}`);
};

const LONG_LINE = 200;

export const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** Also what is wrong deeper inside the field, with its place. */
export function errorOf(errors: FieldErrors, path: string): string | undefined {
  if (errors[path]) return errors[path];
  const inside = Object.entries(errors).find(([at]) => at.startsWith(`${path}.`));
  if (!inside) return undefined;
  const place = Number(inside[0].slice(path.length + 1).split('.')[0]);
  return Number.isInteger(place) ? t('newTask:noError', { n: place + 1, message: inside[1] }) : inside[1];
}

const optionsOf = (schema: JsonSchema) =>
  (schema.enum ?? [])
    .map(String)
    .map((value) => ({ value, label: /^\d/.test(value) ? value : shared(titleOf(value)) }));

function ChoiceField({ schema, common, shown, required, onChange }: DrawnField) {
  const data = optionsOf(schema);
  const current = typeof shown === 'string' ? shown : null;
  const pick = (choice: string | null): void => onChange(choice ?? undefined);
  const long = data.reduce((sum, { label }) => sum + label.length, 0) > 40;
  // Without a default, choosing nothing is a choice too.
  if (long || data.length > 5 || (current === null && !required)) {
    const clearable = !required && schema.default === undefined;
    return (
      <Select
        {...common}
        data={data}
        value={current}
        onChange={pick}
        clearable={clearable}
        placeholder={t('newTask:notSet')}
        maw={320}
      />
    );
  }
  return (
    <Input.Wrapper {...common} description={hintOf(current) ?? common.description} labelElement="div">
      <div style={{ marginTop: 6 }}>
        <SegmentedControl aria-label={common.label} data={data} value={current ?? ''} onChange={pick} />
      </div>
    </Input.Wrapper>
  );
}

function TagsField({ schema, root, common, shown, onChange }: DrawnField) {
  const numeric = resolve(schema.items ?? {}, root).type !== 'string';
  const value = Array.isArray(shown) ? shown.map(String) : [];
  const set = (tags: string[]): void => {
    const next = numeric ? tags.map(Number).filter((tag) => !Number.isNaN(tag)) : tags;
    onChange(next.length > 0 ? next : undefined);
  };
  return <TagsInput {...common} value={value} onChange={set} splitChars={[',', ' ']} maw={560} />;
}

function NumberField({ schema, common, shown, onChange }: DrawnField) {
  return (
    <NumberInput
      {...common}
      maw={320}
      {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
      {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
      allowDecimal={schema.type === 'number'}
      value={typeof shown === 'number' ? shown : ''}
      onChange={(next) => onChange(next === '' ? undefined : next)}
    />
  );
}

function TextField({ schema, common, shown, onChange }: DrawnField) {
  const props = { ...common, maw: 560, value: typeof shown === 'string' ? shown : '' };
  const set = (text: string): void => onChange(text || undefined);
  return (schema.maxLength ?? 0) > LONG_LINE ? (
    <Textarea {...props} autosize minRows={2} maxRows={8} onChange={(event) => set(event.currentTarget.value)} />
  ) : (
    <TextInput {...props} onChange={(event) => set(event.currentTarget.value)} />
  );
}

/** The last resort, for a schema that no other field fits. */
function JsonField({ common, shown, onChange }: DrawnField) {
  const set = (text: string): void => {
    try {
      onChange(text.trim() === '' ? undefined : JSON.parse(text));
    } catch {
      onChange(text);
    }
  };
  const value = typeof shown === 'string' ? shown : shown === undefined ? '' : JSON.stringify(shown);
  return <JsonInput {...common} maw={560} autosize minRows={2} value={value} onChange={set} />;
}

const FIELDS: Readonly<Record<FieldSort, (field: DrawnField) => ReactNode>> = {
  media: ({ schema, common, shown, onChange }) => (
    <MediaField {...common} kind={schema.media} value={strings(shown)} onChange={onChange} />
  ),
  'one-media': ({ schema, common, shown, onChange }) => (
    <MediaField
      {...common}
      kind={schema.media}
      single
      value={typeof shown === 'string' ? [shown] : []}
      onChange={(ids) => onChange(ids?.[0])}
    />
  ),
  category: ({ common, shown, onChange }) => <CategoryField {...common} value={shown} onChange={onChange} />,
  task: ({ schema, common, shown, onChange }) => (
    <TaskField {...common} kind={schema.kind} value={shown} onChange={onChange} />
  ),
  platform: ({ common, shown, onChange }) => <PlatformField {...common} value={shown} onChange={onChange} />,
  lines: ({ common, shown, onChange }) => <LinesField {...common} value={strings(shown)} onChange={onChange} />,
  texts: ({ common, shown, onChange }) => <TextsField {...common} value={strings(shown)} onChange={onChange} />,
  tags: (field) => <TagsField {...field} />,
  choices: ({ schema, root, common, shown, onChange }) => (
    <MultiSelect
      {...common}
      maw={560}
      data={optionsOf(resolve(schema.items ?? {}, root))}
      value={strings(shown)}
      onChange={(next) => onChange(next.length > 0 ? next : undefined)}
    />
  ),
  pair: (field) => <PairField {...field} />,
  list: (field) => <ListField {...field} />,
  choice: (field) => <ChoiceField {...field} />,
  variants: (field) => <VariantsField {...field} />,
  group: (field) => <GroupField {...field} />,
  switch: ({ common, shown, onChange }) => (
    <Switch
      label={common.label}
      description={common.description}
      error={common.error}
      checked={shown === true}
      onChange={(event) => onChange(event.currentTarget.checked)}
    />
  ),
  number: (field) => <NumberField {...field} />,
  text: (field) => <TextField {...field} />,
  fixed: () => null,
  json: (field) => <JsonField {...field} />,
};

function SchemaField({ name, ...field }: FieldProps) {
  const { schema, root, path, required, value, errors } = field;
  const common: CommonProps = {
    label: shared(schema.title ?? titleOf(name)),
    description: schema.description && shared(schema.description),
    withAsterisk: required,
    error: errorOf(errors, path),
  };
  return FIELDS[sortOf(schema, root)]({ ...field, common, shown: value ?? schema.default });
}
