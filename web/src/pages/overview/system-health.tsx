import { Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useLocation } from 'react-router';
import { messageOf } from '../../api/problem.ts';
import { useSystemHealth, useWorkers } from '../../api/system.ts';
import { plural, titleOf } from '../../ui/format.ts';
import { HealthDot } from '../../ui/health.tsx';
import { Ago } from '../../ui/time.tsx';
import classes from './overview.module.css';

/** Each part of the system with its state, and why when it is not well. */
export function SystemHealthCard() {
  const health = useSystemHealth();
  const workers = useWorkers();
  const section = useRef<HTMLElement>(null);
  const { hash } = useLocation();
  useEffect(() => {
    if (hash === '#health') section.current?.focus();
  }, [hash]);

  return (
    <section ref={section} tabIndex={-1} id="health" className="surface" style={{ padding: 16 }} aria-label="System">
      <Group justify="space-between" mb="sm">
        <Title order={2}>System</Title>
        {health.data && <HealthDot status={health.data.status} />}
      </Group>
      {health.isPending && (
        <Stack gap="xs">
          <Skeleton height={28} />
          <Skeleton height={28} />
          <Skeleton height={28} />
        </Stack>
      )}
      {health.error && !health.data && <Text c="var(--fl-failed)">{messageOf(health.error)}</Text>}
      {health.data?.parts.map((part) => (
        <Group key={part.name} className={classes.part} wrap="nowrap" align="start" gap="xs">
          <span style={{ lineHeight: '20px' }}>
            <HealthDot status={part.status} />
          </span>
          <div style={{ minWidth: 0 }}>
            <Text>{titleOf(part.name.replace('workers/', 'Worker: '))}</Text>
            {part.detail && (
              <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {part.detail}
              </Text>
            )}
          </div>
        </Group>
      ))}
      {workers.data && workers.data.length > 0 && (
        <details className={classes.part}>
          <summary>{plural(workers.data.length, 'worker process', 'worker processes')}</summary>
          {workers.data.map((worker) => (
            <Group key={worker.id} justify="space-between" gap="xs" mt={6}>
              <Text size="sm" className="truncate">
                {worker.role} on {worker.name}
              </Text>
              <Text size="sm" c="dimmed">
                {worker.state}, heard <Ago at={worker.heartbeatAt} />
              </Text>
            </Group>
          ))}
        </details>
      )}
    </section>
  );
}
