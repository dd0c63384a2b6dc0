import { Button, Group, Modal, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconDownload, IconRoute } from '@tabler/icons-react';
import { useState } from 'react';
import type { AccountTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { contentUrl, traceUrl } from '../../ui/evidence.ts';
import { formatBytes, titleOf } from '../../ui/format.ts';
import { At } from '../../ui/time.tsx';
import classes from './task.module.css';

type Evidence = AccountTask['evidence'][number];

/** Screenshots to look at and traces to download, kept where a step went wrong. */
export function EvidenceList({ evidence }: { evidence: readonly Evidence[] }) {
  const [shown, setShown] = useState<Evidence>();
  const shots = evidence.filter((one) => one.contentType.startsWith('image/'));
  const files = evidence.filter((one) => !one.contentType.startsWith('image/'));
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: shots.length > 1 ? 2 : 1 }}>
        {shots.map((shot) => (
          <figure key={shot.id} style={{ margin: 0 }}>
            <button
              type="button"
              className={classes.shot}
              onClick={() => setShown(shot)}
              aria-label={t('task:enlarge', { step: shared(titleOf(shot.step)) })}
            >
              <img
                src={contentUrl(shot.id)}
                alt={t('task:pageAt', { step: shared(titleOf(shot.step)) })}
                loading="lazy"
              />
            </button>
            <Text component="figcaption" size="sm" c="dimmed" mt={4}>
              {shared(titleOf(shot.step))}, <At at={shot.createdAt} precise />
            </Text>
          </figure>
        ))}
      </SimpleGrid>
      {files.map((file) => (
        <Group key={file.id} justify="space-between" gap="xs">
          <div>
            <Text>
              {t('task:fileOf', {
                kind: shared(titleOf(file.kind)),
                step: shared(titleOf(file.step)).toLowerCase(),
              })}
            </Text>
            <Text size="sm" c="dimmed">
              {formatBytes(file.bytes)}, <At at={file.createdAt} precise />
            </Text>
          </div>
          <Group gap="xs">
            {file.kind === 'trace' && (
              <Button
                component="a"
                href={traceUrl(file.id)}
                target="_blank"
                rel="noreferrer"
                variant="default"
                size="xs"
                leftSection={<IconRoute size={14} />}
              >
                {t('task:openTrace')}
              </Button>
            )}
            <Button
              component="a"
              href={contentUrl(file.id)}
              download={`${file.kind}-${file.step}-${file.id}.zip`}
              variant="default"
              size="xs"
              leftSection={<IconDownload size={14} />}
            >
              {t('field.download')}
            </Button>
          </Group>
        </Group>
      ))}
      <Modal
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        size="90%"
        closeButtonProps={{ 'aria-label': t('close') }}
        title={shown && shared(titleOf(shown.step))}
      >
        {shown && (
          <img
            src={contentUrl(shown.id)}
            alt={t('task:pageAt', { step: shared(titleOf(shown.step)) })}
            style={{ maxWidth: '100%', display: 'block', margin: '0 auto' }}
          />
        )}
      </Modal>
    </Stack>
  );
}
