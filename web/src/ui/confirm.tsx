import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { modals } from '@mantine/modals';
import { type FormEvent, type ReactNode, useState } from 'react';
import { t } from '../i18n/index.ts';

export interface Question {
  title: string;
  /** What will happen, in sentences; also what stays. */
  text: ReactNode;
  confirm: string;
  /** The way out; `Cancel` unless the act itself is a cancelling. */
  keep?: string;
  danger?: boolean;
  /** A word that has to be typed first, for what reaches far and cannot be taken back. */
  typed?: string;
  onConfirm(): void;
}

function Body({ question, onClose }: { question: Question; onClose(): void }) {
  const { text, confirm, keep, danger = false, typed, onConfirm } = question;
  const [word, setWord] = useState('');
  const ready = typed === undefined || word.trim() === typed;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    onClose();
    onConfirm();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <Text component="div" size="sm">
          {text}
        </Text>
        {typed !== undefined && (
          <TextInput
            label={t('confirm.type', { word: typed })}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            value={word}
            onChange={(event) => setWord(event.currentTarget.value)}
          />
        )}
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {keep ?? t('cancel')}
          </Button>
          <Button
            type="submit"
            disabled={!ready}
            data-autofocus={typed === undefined ? true : undefined}
            {...(danger ? { color: 'red.8' } : {})}
          >
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Asks before something happens that cannot be taken back, and says what it will be. */
export function ask(question: Question): void {
  const id = modals.open({
    title: question.title,
    closeButtonProps: { 'aria-label': t('close') },
    children: <Body question={question} onClose={() => modals.close(id)} />,
  });
}

/** Asks before something is deleted. */
export const askDelete = (question: Omit<Question, 'confirm' | 'keep' | 'danger'>): void =>
  ask({ ...question, confirm: t('confirm.delete'), keep: t('confirm.keep'), danger: true });
