import { Alert, Group, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { CHALLENGE_TYPES } from '../../../../contracts/bulk.ts';
import { useMay } from '../../api/session.tsx';
import type { AccountTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { LiveViewButton } from '../../live-view/live-view-button.tsx';
import { AnswerForm } from '../inbox/answer-form.tsx';

interface WaitingAnswerProps {
  accountTaskId: string;
  /** Whether the account is in a browser, where a person can go on by hand. */
  hasPages: boolean;
  challenge: NonNullable<AccountTask['challenge']>;
  username: string;
}

/** An account that waits for a person: why, and the answers, as in the inbox. */
export function WaitingAnswer({ accountTaskId, hasPages, challenge, username }: WaitingAnswerProps) {
  const mayAnswer = useMay('operator');
  const type = CHALLENGE_TYPES.find((one) => one === challenge.type) ?? 'checkpoint';
  return (
    <Alert color="orange" variant="light" icon={<IconHandStop size={18} />} title={t(`inbox:asked.${type}`)}>
      <Text>{toldOf(challenge, 'message')}</Text>
      {mayAnswer && (
        <>
          <Text size="sm" c="dimmed" mt={6} mb="sm">
            {t(`inbox:way.${type}`)}
          </Text>
          <AnswerForm key={challenge.id} challengeId={challenge.id} type={type} username={username} />
          {hasPages && (
            <Group mt="sm">
              <LiveViewButton accountTaskId={accountTaskId} username={username} mode="take-over" />
            </Group>
          )}
        </>
      )}
    </Alert>
  );
}
