import { Alert, Button, Group, Text } from '@mantine/core';
import { IconHandStop } from '@tabler/icons-react';
import { type TaskAddress, useResolve } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';

interface WaitingAnswerProps {
  address: TaskAddress;
  accountTaskId: string;
  message: string;
}

/** An account that waits for a person: why, and the two answers. */
export function WaitingAnswer({ address, accountTaskId, message }: WaitingAnswerProps) {
  const resolve = useResolve(address, accountTaskId);
  const mayAnswer = useMay('operator');
  return (
    <Alert color="orange" variant="light" icon={<IconHandStop size={18} />} title="Waits for a person">
      <Text>{message}</Text>
      {mayAnswer && (
        <>
          <Text size="sm" c="dimmed" mt={6}>
            Settle it on the platform first, then let the account go on from where it was.
          </Text>
          <Group gap="xs" mt="sm">
            <Button size="xs" loading={resolve.isPending} onClick={() => resolve.mutate('retry')}>
              Settled, go on
            </Button>
            <Button size="xs" variant="default" disabled={resolve.isPending} onClick={() => resolve.mutate('skip')}>
              Skip this account
            </Button>
          </Group>
          {resolve.error && (
            <Text size="sm" c="red" mt={6} role="alert">
              {resolve.error.message}
            </Text>
          )}
        </>
      )}
    </Alert>
  );
}
