import { Badge, Button, Table, Text } from '@mantine/core';
import { useEndOtherSessions, useEndSession, useOwnSessions } from '../../api/people.ts';
import { useMe } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { agentName } from './agent.ts';
import { Block } from './block.tsx';
import { PasswordForm } from './password-form.tsx';
import { Rows } from './rows.tsx';

/** Who one is here, one's password, and where one is signed in. */
export function OwnSection() {
  const me = useMe();
  const isPerson = me.id.startsWith('user:');
  return (
    <>
      <Block title={t('settings:own')}>
        <Facts>
          <Fact label={t('field.name')}>{me.name}</Fact>
          <Fact label={t('settings:role')}>{t(`role.${me.role}`)}</Fact>
        </Facts>
      </Block>
      <Block title={t('field.password')} text={isPerson ? t('settings:passwordText') : t('settings:noPassword')}>
        {isPerson && (
          <PasswordForm action={t('settings:changePassword')} onDone={() => sayDone(t('settings:passwordChanged'))} />
        )}
      </Block>
      <Sessions />
    </>
  );
}

function Sessions() {
  const sessions = useOwnSessions();
  const end = useEndSession();
  const endOthers = useEndOtherSessions();
  const items = sessions.data?.items ?? [];
  const others = items.length > 1 && (
    <Button
      variant="default"
      size="xs"
      loading={endOthers.isPending}
      onClick={() =>
        endOthers.mutate(undefined, {
          onSuccess: ({ ended }) => sayDone(t('settings:sessionsEnded', { count: ended })),
          onError: (error) => sayFailed(error),
        })
      }
    >
      {t('settings:endOthers')}
    </Button>
  );
  return (
    <Block title={t('settings:sessions')} text={t('settings:sessionsText')} action={others}>
      {sessions.error && !sessions.data ? (
        <ErrorNotice error={sessions.error} onRetry={() => void sessions.refetch()} />
      ) : sessions.isPending ? (
        <BlockSkeleton height={90} />
      ) : (
        <div>
          <Rows heads={[t('settings:browser'), t('settings:address'), t('settings:lastSeen')]}>
            {items.map((session) => (
              <Table.Tr key={session.id}>
                <Table.Td title={session.userAgent ?? undefined}>{agentName(session.userAgent)}</Table.Td>
                <Table.Td>{session.address ?? ''}</Table.Td>
                <Table.Td>
                  <Ago at={session.lastSeenAt} />
                </Table.Td>
                <Table.Td ta="right">
                  {session.current ? (
                    <Badge variant="light" miw="max-content">
                      {t('settings:thisOne')}
                    </Badge>
                  ) : (
                    <Button
                      variant="subtle"
                      color="gray"
                      size="compact-sm"
                      onClick={() => end.mutate(session.id, { onError: (error) => sayFailed(error) })}
                    >
                      {t('settings:endSession')}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Rows>
          {items.length === 0 && <Text c="dimmed">{t('settings:noSessions')}</Text>}
        </div>
      )}
    </Block>
  );
}
