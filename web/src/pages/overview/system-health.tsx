import { Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import { useSystemHealth, useWorkers } from '../../api/system.ts';
import { loadTexts, shared, t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { toldOf } from '../../i18n/told.ts';
import { titleOf } from '../../ui/format.ts';
import { HealthDot } from '../../ui/health.tsx';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './overview.module.css';

await loadTexts(['shared']).catch(() => undefined);

const partName = (name: string): string =>
  name.startsWith('workers/') ? t('overview:worker', { queue: name.slice('workers/'.length) }) : shared(titleOf(name));

/** Each part of the system with its state, and why when it is not well. */
export default function SystemHealthCard() {
  const health = useSystemHealth();
  const workers = useWorkers();
  const section = useRef<HTMLElement>(null);
  const { hash } = useLocation();
  useEffect(() => {
    if (hash === '#health') section.current?.focus();
  }, [hash]);

  return (
    <section
      ref={section}
      tabIndex={-1}
      id="health"
      className="surface"
      style={{ padding: 16 }}
      aria-label={t('overview:system')}
    >
      <Group justify="space-between" mb="sm">
        <Title order={2}>{t('overview:system')}</Title>
        {health.data && <HealthDot status={health.data.status} />}
      </Group>
      {health.isPending && (
        <Stack gap="xs">
          <Skeleton height={28} />
          <Skeleton height={28} />
          <Skeleton height={28} />
        </Stack>
      )}
      {health.error && !health.data && <ErrorNotice error={health.error} onRetry={() => void health.refetch()} />}
      {health.data?.parts.map((part) => (
        <Group key={part.name} className={classes.part} wrap="nowrap" align="start" gap="xs">
          <span style={{ lineHeight: '20px' }}>
            <HealthDot status={part.status} />
          </span>
          <div style={{ minWidth: 0 }}>
            <Text>{partName(part.name)}</Text>
            {part.detail && (
              <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {toldOf(part, 'detail')}
              </Text>
            )}
          </div>
        </Group>
      ))}
      {workers.data && workers.data.length > 0 && (
        <details className={classes.part}>
          <summary>{t('overview:workers', { count: workers.data.length })}</summary>
          {workers.data.map((worker) => (
            <Group key={worker.id} justify="space-between" gap="xs" mt={6}>
              <Text size="sm" className="truncate">
                {t('overview:workerOn', { role: worker.role, name: worker.name })}
              </Text>
              <Text size="sm" c="dimmed">
                <Phrase
                  of="overview:heard"
                  values={{ state: worker.state }}
                  parts={{ ago: <Ago at={worker.heartbeatAt} /> }}
                />
              </Text>
            </Group>
          ))}
        </details>
      )}
    </section>
  );
}
