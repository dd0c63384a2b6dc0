import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useChangePassword } from '../../api/people.ts';
import { ApiError } from '../../api/problem.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';

/** Characters, as the server asks for them. */
const LEAST = 10;

interface PasswordFormProps {
  action: string;
  onDone(): void;
}

/** Replaces one's own password. */
export function PasswordForm({ action, onDone }: PasswordFormProps) {
  const change = useChangePassword();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const faults = change.error instanceof ApiError ? change.error.errors : [];
  const faultOf = (path: string): string | undefined => faults.find((fault) => fault.path === path)?.message;
  const differs = again !== '' && again !== next;
  const ready = current !== '' && next.length >= LEAST && again === next;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    change.mutate(
      { current, next },
      {
        onSuccess: () => {
          setCurrent('');
          setNext('');
          setAgain('');
          onDone();
        },
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md" maw={400}>
        <PasswordInput
          label={t('settings:currentPassword')}
          autoComplete="current-password"
          value={current}
          onChange={(event) => setCurrent(event.currentTarget.value)}
          error={faultOf('current')}
        />
        <PasswordInput
          label={t('settings:newPassword')}
          description={t('settings:passwordRule', { least: LEAST })}
          autoComplete="new-password"
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
          error={faultOf('next')}
        />
        <PasswordInput
          label={t('settings:againPassword')}
          autoComplete="new-password"
          value={again}
          onChange={(event) => setAgain(event.currentTarget.value)}
          error={differs ? t('settings:passwordsDiffer') : undefined}
        />
        {faults.length === 0 && <ErrorAlert error={change.error} />}
        <Group>
          <Button type="submit" disabled={!ready} loading={change.isPending}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
