import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { t } from '../i18n/index.ts';
import { closeQuestion, type Question, useQuestion } from './confirm.ts';

/** The question that was asked last; it stays in the dialog while that closes. */
export function QuestionDialog() {
  const question = useQuestion();
  const [shown, setShown] = useState(question);
  if (question && question !== shown) setShown(question);
  return (
    <Modal
      opened={question !== null}
      onClose={closeQuestion}
      title={shown?.title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {shown && <Body question={shown} />}
    </Modal>
  );
}

function Body({ question }: { question: Question }) {
  const { text, confirm, keep, danger = false, typed, onConfirm } = question;
  const [word, setWord] = useState('');
  const ready = typed === undefined || word.trim() === typed;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    closeQuestion();
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
            labelProps={{ mb: 6 }}
            autoComplete="off"
            spellCheck={false}
            data-autofocus
            value={word}
            onChange={(event) => setWord(event.currentTarget.value)}
          />
        )}
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={closeQuestion} data-autofocus={typed === undefined || undefined}>
            {keep ?? t('cancel')}
          </Button>
          <Button type="submit" disabled={!ready} {...(danger ? { color: 'red.8' } : {})}>
            {confirm}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
