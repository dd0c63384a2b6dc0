import { Button, Group, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { CHALLENGES, type ChallengeType } from '../../../../contracts/bulk.ts';
import { type InboxAnswer, useAnswer } from '../../api/inbox.ts';
import { ApiError, messageOf } from '../../api/problem.ts';
import { t } from '../../i18n/index.ts';
import { sayDone } from '../../ui/toast.tsx';

interface AnswerFormProps {
  challengeId: string;
  type: ChallengeType;
  /** Whom the answer is for, where several forms are on the page. */
  username: string;
  onDone?: () => void;
}

/** A person's answer to what an account waits for: the code, solved, or skip. */
export function AnswerForm({ challengeId, type, username, onDone }: AnswerFormProps) {
  const answer = useAnswer(challengeId);
  const [code, setCode] = useState('');
  const takesCode = CHALLENGES[type].takesCode;
  // Taken, but not yet gone from the list: a second answer would be refused.
  const busy = answer.isPending || answer.isSuccess;

  const give = (body: InboxAnswer): void =>
    answer.mutate(body, {
      onSuccess: () => {
        setCode('');
        sayDone(t(`inbox:done.${body.action}`));
        onDone?.();
      },
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (code.trim() !== '' && !busy) give({ action: 'code', code });
  };
  const error = answer.error && (answer.error instanceof ApiError ? answer.error.message : messageOf(answer.error));

  return (
    <form onSubmit={submit} aria-label={t('inbox:answerFor', { name: username })}>
      <Group gap="xs" align="flex-end">
        {takesCode && (
          <>
            <TextInput
              label={t('inbox:code')}
              w={150}
              value={code}
              onChange={(event) => setCode(event.currentTarget.value)}
              autoComplete="one-time-code"
              inputMode={type === 'totp' ? 'numeric' : 'text'}
              maxLength={100}
              spellCheck={false}
              disabled={busy}
            />
            <Button type="submit" disabled={code.trim() === '' || busy} loading={isGiving(answer, 'code')}>
              {t('inbox:submit')}
            </Button>
          </>
        )}
        <Button
          variant={takesCode ? 'default' : 'filled'}
          disabled={busy}
          loading={isGiving(answer, 'solved')}
          onClick={() => give({ action: 'solved' })}
        >
          {t('inbox:solved')}
        </Button>
        <Button
          variant="subtle"
          color="gray"
          disabled={busy}
          loading={isGiving(answer, 'skip')}
          onClick={() => give({ action: 'skip' })}
        >
          {t('inbox:skip')}
        </Button>
      </Group>
      {error && (
        <Text size="sm" c="red" mt={6} role="alert">
          {error}
        </Text>
      )}
    </form>
  );
}

function isGiving(answer: ReturnType<typeof useAnswer>, action: InboxAnswer['action']): boolean {
  return answer.isPending && answer.variables.action === action;
}
