import { Button, Group, Text, Title } from '@mantine/core';
import { IconDownload, IconExternalLink, IconRoute } from '@tabler/icons-react';
import type { AccountTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { contentUrl, traceUrl } from '../../ui/evidence.ts';
import { formatBytes, titleOf } from '../../ui/format.ts';
import { At } from '../../ui/time.tsx';
import classes from './account-task.module.css';

interface TracesProps {
  traces: AccountTask['evidence'];
  /** Id of the trace that is open. */
  opened: string | undefined;
  onOpen(evidenceId: string | null): void;
}

/** Recordings of failed steps, looked at in Playwright's own viewer: its files are read when one is opened. */
export function Traces({ traces, opened, onOpen }: TracesProps) {
  if (traces.length === 0) return null;
  return (
    <section className={`surface ${classes.card}`} aria-label={t('accountTask:trace')} id="trace">
      <Title order={2} mb={4}>
        {t('accountTask:trace')}
      </Title>
      <Text size="sm" c="dimmed" maw="46rem">
        {t('accountTask:traceText')}
      </Text>
      {[...traces].reverse().map((trace, place) => {
        const step = shared(titleOf(trace.step));
        const isOpen = trace.id === opened;
        return (
          <div key={trace.id}>
            <Group justify="space-between" gap="xs" mt="md">
              <div>
                <Text fw={550} size="sm">
                  {step}
                </Text>
                <Text size="sm" c="dimmed">
                  <At at={trace.createdAt} precise />, {formatBytes(trace.bytes)}
                </Text>
              </div>
              <Group gap="xs">
                <Button
                  size="xs"
                  variant={isOpen || place > 0 ? 'default' : 'filled'}
                  leftSection={<IconRoute size={15} />}
                  aria-expanded={isOpen}
                  onClick={() => onOpen(isOpen ? null : trace.id)}
                >
                  {t(isOpen ? 'accountTask:closeTrace' : 'accountTask:openTrace')}
                </Button>
                <Button
                  component="a"
                  href={traceUrl(trace.id)}
                  target="_blank"
                  rel="noreferrer"
                  size="xs"
                  variant="default"
                  leftSection={<IconExternalLink size={15} />}
                >
                  {t('accountTask:newTab')}
                </Button>
                <Button
                  component="a"
                  href={contentUrl(trace.id)}
                  download={`trace-${trace.step}-${trace.id}.zip`}
                  size="xs"
                  variant="default"
                  leftSection={<IconDownload size={15} />}
                >
                  {t('accountTask:download')}
                </Button>
              </Group>
            </Group>
            {isOpen && (
              // The viewer's service worker needs its origin; it may neither navigate this page nor open others.
              <iframe
                className={classes.viewer}
                src={traceUrl(trace.id)}
                title={t('accountTask:viewerOf', { step })}
                sandbox="allow-scripts allow-same-origin"
              />
            )}
          </div>
        );
      })}
    </section>
  );
}
