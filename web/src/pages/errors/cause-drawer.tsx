import { Alert, Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconArrowBackUp, IconBulb, IconCheck, IconDownload, IconMapOff } from '@tabler/icons-react';
import { type Cause, exportAddress, type GroupFilter, useErrorGroup, useSettleGroup } from '../../api/errors.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { formatCount } from '../../ui/format.ts';
import { Notice } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayFailed, sayUndoable } from '../../ui/toast.tsx';
import { Resolved } from './columns.tsx';
import { adviceOn, causeName, sourceName, typeName } from './error-values.ts';
import classes from './errors.module.css';
import { SingleErrors } from './single-errors.tsx';

/** The last 24 hours, a bar each. */
function Hours({ perHour }: { perHour: readonly number[] }) {
  const top = Math.max(1, ...perHour);
  const sum = perHour.reduce((total, count) => total + count, 0);
  return (
    <section aria-label={t('errors:lastDay')}>
      <Title order={3} mb="xs">
        {t('errors:lastDay')}
      </Title>
      <div className={classes.bars} role="img" aria-label={t('errors:lastDayCount', { count: sum })}>
        {perHour.map((count, at) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: an hour is its place
            key={at}
            className={classes.bar}
            data-none={count === 0 || undefined}
            style={{ height: `${(count / top) * 100}%` }}
            title={t('errors:hourCount', { ago: perHour.length - at, count })}
          />
        ))}
      </div>
      <div className={classes.scale} aria-hidden>
        <span>{t('errors:dayAgo')}</span>
        <span>{t('time.now')}</span>
      </div>
    </section>
  );
}

function Settle({ cause }: { cause: Cause }) {
  const settle = useSettleGroup();
  const { fingerprint } = cause;
  const resolved = cause.resolvedAt !== null;
  const onClick = (): void =>
    settle.mutate(
      { fingerprint, resolved: !resolved },
      {
        onSuccess: () =>
          sayUndoable(resolved ? t('errors:reopened') : t('errors:resolved'), () =>
            settle.mutateAsync({ fingerprint, resolved }),
          ),
        onError: (error) => sayFailed(error),
      },
    );
  return (
    <Button
      variant={resolved ? 'default' : 'filled'}
      leftSection={resolved ? <IconArrowBackUp size={16} /> : <IconCheck size={16} />}
      loading={settle.isPending}
      onClick={onClick}
    >
      {resolved ? t('errors:reopen') : t('errors:resolve')}
    </Button>
  );
}

function Details({ cause, filter }: { cause: Cause; filter: GroupFilter }) {
  const maySettle = useMay('operator');
  return (
    <Stack gap="lg" pb="xl">
      <p className={classes.message}>{causeName(cause)}</p>
      <Alert color="blue" variant="light" icon={<IconBulb size={18} />} title={t('errors:advice')}>
        {adviceOn(cause.type)}
      </Alert>
      <Group gap="xs">
        {maySettle && <Settle cause={cause} />}
        <Button
          component="a"
          href={exportAddress({ fingerprint: cause.fingerprint })}
          download
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          {t('errors:export')}
        </Button>
      </Group>
      {cause.resolvedAt && (
        <Text size="sm" c="dimmed">
          {t('errors:resolvedBy', { name: cause.resolvedBy ?? '–' })} <Ago at={cause.resolvedAt} />.{' '}
          {t('errors:opensAgain')}
        </Text>
      )}
      <Facts>
        <Fact label={t('errors:count')}>{formatCount(cause.count)}</Fact>
        <Fact label={t('errors:firstSeen')}>
          <Ago at={cause.firstSeenAt} />
        </Fact>
        <Fact label={t('errors:lastSeen')}>
          <Ago at={cause.lastSeenAt} />
        </Fact>
        <Fact label={t('errors:source')}>{sourceName(cause.source)}</Fact>
      </Facts>
      <Hours perHour={cause.perHour} />
      <section aria-label={t('errors:single')}>
        <Title order={3} mb="xs">
          {t('errors:single')}
        </Title>
        <SingleErrors fingerprint={cause.fingerprint} filter={filter} />
      </section>
    </Stack>
  );
}

/** One cause with all that leads to its reason. */
export function CauseDrawer(props: { fingerprint: string | null; filter: GroupFilter; onClose(): void }) {
  const { fingerprint, filter, onClose } = props;
  const found = useErrorGroup(fingerprint);
  return (
    <DetailDrawer
      opened={fingerprint !== null}
      onClose={onClose}
      size="lg"
      title={t('errors:cause')}
      found={found}
      heading={(cause) => (
        <Group gap="sm">
          <Text span fw={600} size="lg">
            {cause ? typeName(cause.type) : t('errors:cause')}
          </Text>
          {cause?.resolvedAt && <Resolved />}
        </Group>
      )}
    >
      {(cause) =>
        cause ? (
          <Details cause={cause} filter={filter} />
        ) : (
          <Notice icon={IconMapOff} title={t('notFound.title')} color="gray">
            {t('errors:gone')}
          </Notice>
        )
      }
    </DetailDrawer>
  );
}
