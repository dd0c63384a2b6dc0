import { ActionIcon, Button, Group, Input, Textarea } from '@mantine/core';
import { IconClipboardText, IconDice3, IconPlus, IconTrash } from '@tabler/icons-react';
import { useState } from 'react';
import { renderTemplate } from '../../../../kinds/template.ts';
import { t } from '../../i18n/index.ts';
import { linesOf } from './array-fields.tsx';
import classes from './new-task.module.css';

interface TextsFieldProps {
  label: string;
  description: string | undefined;
  withAsterisk: boolean;
  error: string | undefined;
  value: string[];
  onChange(value: string[] | undefined): void;
}

const hasTemplate = (text: string): boolean => /\{\{\s*\w+\s*\}\}|\{[^{}]*\|[^{}]*\}/.test(text);

/** A list of longer texts; those with template marks show at once how one account's text would read. */
export function TextsField({ label, description, withAsterisk, error, value, onChange }: TextsFieldProps) {
  const [draw, setDraw] = useState(0);
  const [pasted, setPasted] = useState<string>();
  const texts = value.length === 0 ? [''] : value;
  const sample = { username: `example_user_${draw + 1}`, date: new Date().toISOString().slice(0, 10), index: draw + 1 };
  const set = (next: string[]): void =>
    onChange(next.length === 0 || next.every((text) => text === '') ? undefined : next);
  const takePasted = (): void => {
    const lines = linesOf(pasted ?? '');
    if (lines.length > 0) set([...texts.filter((text) => text.trim() !== ''), ...lines]);
    setPasted(undefined);
  };

  return (
    <Input.Wrapper label={label} description={description} withAsterisk={withAsterisk} error={error} labelElement="div">
      <div className={classes.texts} style={{ marginTop: 6 }}>
        {texts.map((text, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the texts have no other name than their place
          <div key={index} className={classes.text}>
            <div>
              <Textarea
                aria-label={t('newTask:noOf', { label, n: index + 1 })}
                autosize
                minRows={2}
                maxRows={8}
                value={text}
                placeholder={index === 0 ? t('newTask:example', { username: '{{username}}' }) : undefined}
                onChange={(event) => set(texts.map((one, at) => (at === index ? event.currentTarget.value : one)))}
              />
              {hasTemplate(text) && (
                <p className={classes.sample} data-testid="caption-sample">
                  {renderTemplate(text, sample, `sample/${draw}/${index}`)}
                </p>
              )}
            </div>
            <ActionIcon
              variant="subtle"
              color="gray"
              mt={4}
              disabled={texts.length === 1 && text === ''}
              aria-label={t('newTask:removeNo', { n: index + 1 })}
              onClick={() => set(texts.filter((_, at) => at !== index))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </div>
        ))}
        {pasted !== undefined && (
          <Textarea
            aria-label={t('newTask:many')}
            placeholder={t('newTask:manyHint')}
            autosize
            autoFocus
            minRows={4}
            maxRows={14}
            value={pasted}
            onChange={(event) => setPasted(event.currentTarget.value)}
          />
        )}
        <Group gap="xs">
          {pasted === undefined ? (
            <Button
              variant="default"
              size="xs"
              leftSection={<IconClipboardText size={14} />}
              onClick={() => setPasted('')}
            >
              {t('newTask:pasteMany')}
            </Button>
          ) : (
            <Button size="xs" onClick={takePasted}>
              {linesOf(pasted).length > 0 ? t('newTask:takeLines', { count: linesOf(pasted).length }) : t('close')}
            </Button>
          )}
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} />}
            onClick={() => onChange([...texts, ''])}
          >
            {t('newTask:addAnother')}
          </Button>
          {texts.some(hasTemplate) && (
            <Button variant="subtle" size="xs" leftSection={<IconDice3 size={14} />} onClick={() => setDraw(draw + 1)}>
              {t('newTask:sample')}
            </Button>
          )}
        </Group>
      </div>
    </Input.Wrapper>
  );
}
