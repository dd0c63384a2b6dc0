import { Input, NumberInput, SegmentedControl, Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { joinPath, titleOf } from '../../ui/format.ts';
import { MediaField } from './media-field.tsx';
import classes from './new-task.module.css';
import { TextsField } from './texts-field.tsx';

/** The part of JSON Schema that params of kinds make use of. */
export interface JsonSchema {
  type?: string;
  title?: string;
  description?: string;
  format?: string;
  default?: unknown;
  enum?: unknown[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
}

/** What is wrong, by path: `mediaIds`, `variants.maxHeight`. */
export type FieldErrors = Readonly<Record<string, string>>;

interface SchemaFormProps {
  schema: JsonSchema;
  value: Record<string, unknown>;
  errors: FieldErrors;
  onChange(value: Record<string, unknown>): void;
  path?: string;
}

/** A form for the params of any kind: what a field looks like follows from its schema alone. */
export function SchemaForm({ schema, value, errors, onChange, path = '' }: SchemaFormProps) {
  return (
    <Stack gap="lg">
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <SchemaField
          key={name}
          name={name}
          path={joinPath(path, name)}
          schema={field}
          required={(schema.required ?? []).includes(name)}
          value={value[name]}
          errors={errors}
          onChange={(next) => {
            const { [name]: _, ...rest } = value;
            onChange(next === undefined ? rest : { ...rest, [name]: next });
          }}
        />
      ))}
    </Stack>
  );
}

interface FieldProps {
  name: string;
  path: string;
  schema: JsonSchema;
  required: boolean;
  value: unknown;
  errors: FieldErrors;
  onChange(value: unknown): void;
}

/** Texts that are longer than this are written, not picked. */
const LONG_TEXT = 200;

/** What choices mean that several kinds offer. */
const CHOICE_HINTS: Readonly<Record<string, string>> = {
  'round-robin': 'In turn: every file is used equally often.',
  all: 'Every account gets all of them.',
  shuffle: 'Each account draws its own; the same order always draws the same.',
};

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** Also what is wrong deeper inside the field, with its place. */
function errorOf(errors: FieldErrors, path: string): string | undefined {
  if (errors[path]) return errors[path];
  const inside = Object.entries(errors).find(([at]) => at.startsWith(`${path}.`));
  if (!inside) return undefined;
  const place = Number(inside[0].slice(path.length + 1).split('.')[0]);
  return Number.isInteger(place) ? `No. ${place + 1}: ${inside[1]}` : inside[1];
}

function SchemaField({ name, path, schema, required, value, errors, onChange }: FieldProps) {
  const label = schema.title ?? titleOf(name);
  const shown = value ?? schema.default;
  const common = { label, description: schema.description, withAsterisk: required, error: errorOf(errors, path) };

  if (schema.format === 'media-ids') return <MediaField {...common} value={strings(shown)} onChange={onChange} />;
  if (schema.type === 'array') {
    const props = { ...common, value: strings(shown), onChange };
    return (schema.items?.maxLength ?? 0) > LONG_TEXT ? (
      <TextsField {...props} />
    ) : (
      <TagsInput {...props} splitChars={[',', ' ']} maw={560} />
    );
  }
  if (schema.enum) {
    const choices = schema.enum.map(String);
    const current = typeof shown === 'string' ? shown : (choices[0] ?? '');
    const data = choices.map((choice) => ({ value: choice, label: titleOf(choice) }));
    if (choices.length > 4) return <Select {...common} data={data} value={current} onChange={onChange} maw={320} />;
    return (
      <Input.Wrapper {...common} description={CHOICE_HINTS[current] ?? schema.description}>
        <div style={{ marginTop: 6 }}>
          <SegmentedControl aria-label={label} data={data} value={current} onChange={onChange} />
        </div>
      </Input.Wrapper>
    );
  }
  if (schema.type === 'object') {
    return (
      <fieldset className={classes.group}>
        <Switch
          label={label}
          description={schema.description}
          checked={value !== undefined}
          onChange={(event) => onChange(event.currentTarget.checked ? {} : undefined)}
          mb={value === undefined ? 0 : 'md'}
        />
        {value !== undefined && (
          <SchemaForm
            schema={schema}
            value={value as Record<string, unknown>}
            errors={errors}
            onChange={onChange}
            path={path}
          />
        )}
      </fieldset>
    );
  }
  if (schema.type === 'boolean') {
    return <Switch {...common} checked={shown === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  }
  if (schema.type === 'integer' || schema.type === 'number') {
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
  return (
    <TextInput
      {...common}
      maw={560}
      value={typeof shown === 'string' ? shown : ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  );
}
