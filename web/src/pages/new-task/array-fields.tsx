import { ActionIcon, Button, Group, Input, NumberInput, Stack, Text, Textarea } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { shared, t } from '../../i18n/index.ts';
import { blankOf, type JsonSchema, resolve } from './json-schema.ts';
import classes from './new-task.module.css';
import { type CommonProps, type DrawnField, SchemaForm } from './schema-form.tsx';

interface LinesFieldProps extends CommonProps {
  value: string[];
  onChange(value: string[] | undefined): void;
}

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** A list of short texts, such as addresses: one a line, so that a list can be pasted. */
export function LinesField({ value, onChange, ...common }: LinesFieldProps) {
  // Empty lines are of no account, but must not vanish while somebody types.
  const [typed, setTyped] = useState(value.join('\n'));
  const text = linesOf(typed).join('\n') === value.join('\n') ? typed : value.join('\n');
  return (
    <Textarea
      {...common}
      maw={720}
      autosize
      minRows={4}
      maxRows={16}
      spellCheck={false}
      placeholder={t('newTask:oneALine')}
      inputWrapperOrder={['label', 'description', 'input', 'error']}
      value={text}
      onChange={(event) => {
        const next = event.currentTarget.value;
        setTyped(next);
        const lines = linesOf(next);
        onChange(lines.length > 0 ? lines : undefined);
      }}
    />
  );
}

const pairLabels = () => [t('newTask:from'), t('newTask:to')];

const limitsOf = ({ minimum, maximum }: JsonSchema) => ({
  ...(minimum === undefined ? {} : { min: minimum }),
  ...(maximum === undefined ? {} : { max: maximum }),
});

/** A few numbers in an order, such as least and most. */
export function PairField({ schema, root, common, shown, onChange }: DrawnField) {
  const fields = (schema.prefixItems ?? []).map((field) => resolve(field, root));
  const values: unknown[] = Array.isArray(shown) ? shown : [];
  const set = (place: number, next: number | string): void => {
    const all = fields.map((_, at) => (at === place ? (next === '' ? undefined : next) : values[at]));
    onChange(all.every((one) => one === undefined) ? undefined : all);
  };
  return (
    <Input.Wrapper {...common} labelElement="div" maw={420}>
      <Group grow mt={6} gap="sm">
        {fields.map((field, place) => {
          const label = field.title ? shared(field.title) : (pairLabels()[place] ?? t('newTask:no', { n: place + 1 }));
          const value = values[place];
          return (
            <NumberInput
              key={label}
              aria-label={`${common.label}: ${label}`}
              leftSection={
                <Text size="xs" c="dimmed">
                  {label}
                </Text>
              }
              leftSectionWidth={54}
              {...limitsOf(field)}
              allowDecimal={field.type === 'number'}
              value={typeof value === 'number' ? value : ''}
              onChange={(next) => set(place, next)}
            />
          );
        })}
      </Group>
    </Input.Wrapper>
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A list of groups of fields. */
export function ListField({ schema, root, common, shown, path, errors, onChange }: DrawnField) {
  const items = Array.isArray(shown) ? shown.filter(isRecord) : [];
  const item = resolve(schema.items ?? {}, root);
  const set = (next: Record<string, unknown>[]): void => onChange(next.length > 0 ? next : undefined);
  return (
    <Input.Wrapper {...common} labelElement="div">
      <Stack gap="sm" mt={6}>
        {items.map((value, place) => (
          <fieldset
            // biome-ignore lint/suspicious/noArrayIndexKey: the items have no other name than their place
            key={place}
            className={classes.group}
            aria-label={t('newTask:noOf', { label: common.label, n: place + 1 })}
          >
            <Group justify="space-between" mb="xs">
              <Text size="sm" fw={550}>
                {t('newTask:no', { n: place + 1 })}
              </Text>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('newTask:removeNo', { n: place + 1 })}
                onClick={() => set(items.filter((_, at) => at !== place))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            </Group>
            <SchemaForm
              schema={item}
              root={root}
              value={value}
              errors={errors}
              path={`${path}.${place}`}
              onChange={(next) => set(items.map((one, at) => (at === place ? next : one)))}
            />
          </fieldset>
        ))}
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} />}
            disabled={items.length >= (schema.maxItems ?? Number.POSITIVE_INFINITY)}
            onClick={() => set([...items, blankOf(item)])}
          >
            {items.length === 0 ? t('newTask:addOne') : t('newTask:addAnother')}
          </Button>
          {schema.maxItems !== undefined && items.length > 0 && (
            <Text size="sm" c="dimmed">
              {t('newTask:itemsOf', {
                items: t('newTask:items', { count: items.length }),
                most: schema.maxItems,
              })}
            </Text>
          )}
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
