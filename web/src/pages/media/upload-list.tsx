import { ActionIcon, Button, Group, Progress, Text, Title } from '@mantine/core';
import { IconRefresh, IconX } from '@tabler/icons-react';
import type { Media } from '../../api/types.ts';
import { clearEndedUploads, removeUpload, retryUpload, useUploads } from '../../api/uploads.ts';
import { t } from '../../i18n/index.ts';
import { formatBytes, formatShare } from '../../ui/format.ts';
import classes from './media.module.css';

const COLORS: Readonly<Record<string, string>> = { failed: 'red', done: 'green', interrupted: 'orange' };

/** The files on their way, each with how far it really is. */
export function UploadList({ onFinished }: { onFinished?: (media: Media) => void }) {
  const uploads = useUploads(onFinished);
  if (uploads.length === 0) return null;
  const ended = uploads.filter(({ state }) => state === 'done' || state === 'failed').length;
  return (
    <section className={`surface ${classes.uploads}`} aria-label={t('media:uploads')}>
      <Group justify="space-between" mb={4}>
        <Title order={3}>
          {t('media:uploads')}{' '}
          <Text span c="dimmed" className="tabular">
            {t('media:of', { ended, total: uploads.length })}
          </Text>
        </Title>
        {ended > 0 && (
          <Button variant="subtle" size="compact-sm" onClick={clearEndedUploads}>
            {t('media:clearEnded')}
          </Button>
        )}
      </Group>
      <div style={{ maxHeight: 260, overflowY: 'auto' }}>
        {uploads.map((upload) => (
          <div key={upload.key} className={classes.upload}>
            <div style={{ minWidth: 0 }}>
              <Text size="sm" truncate>
                {upload.name}{' '}
                <Text span c="dimmed" size="xs">
                  {formatBytes(upload.bytes)}
                </Text>
              </Text>
              {upload.error && (
                <Text size="sm" c="var(--fl-failed)" role="alert">
                  {upload.error}
                </Text>
              )}
            </div>
            <div>
              <Text size="xs" c="dimmed" className="tabular" mb={3}>
                {t(`media:state.${upload.state}`)}
                {upload.state === 'sending' && ` ${formatShare(upload.share)}`}
              </Text>
              <Progress
                size="sm"
                value={upload.share * 100}
                animated={upload.state === 'probing' || upload.state === 'interrupted'}
                color={COLORS[upload.state] ?? 'tide'}
                aria-label={t('media:uploadOf', { name: upload.name })}
              />
            </div>
            <Group gap={2} wrap="nowrap" justify="end">
              {upload.state === 'failed' && (
                <ActionIcon
                  variant="subtle"
                  onClick={() => retryUpload(upload.key)}
                  aria-label={t('media:again', { name: upload.name })}
                >
                  <IconRefresh size={16} />
                </ActionIcon>
              )}
              <ActionIcon
                variant="subtle"
                color="gray"
                onClick={() => removeUpload(upload.key)}
                aria-label={t('media:remove', { name: upload.name })}
              >
                <IconX size={16} />
              </ActionIcon>
            </Group>
          </div>
        ))}
      </div>
    </section>
  );
}
