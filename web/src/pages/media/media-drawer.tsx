import { Button, Group, Stack } from '@mantine/core';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { contentUrl, useDeleteMedia, useMedia } from '../../api/media.ts';
import { useMay } from '../../api/session.tsx';
import type { MediaDetail } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { askDelete } from '../../ui/confirm.ts';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { formatBytes, formatLength } from '../../ui/format.ts';
import { Fact, Facts } from '../../ui/page.tsx';
import { At } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import classes from './media.module.css';
import { Variants } from './variants.tsx';

export function MediaDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const found = useMedia(id);
  return (
    <DetailDrawer
      opened={id !== null}
      onClose={onClose}
      size="lg"
      title={t('media:thing')}
      heading={({ fileName }) => fileName}
      found={found}
    >
      {(media) => <Details media={media} onClose={onClose} />}
    </DetailDrawer>
  );
}

function Details({ media, onClose }: { media: MediaDetail; onClose(): void }) {
  const remove = useDeleteMedia();
  const mayEdit = useMay('operator');
  const { probe } = media;

  const onDelete = (): void =>
    askDelete({
      title: t('media:delete.title', { name: media.fileName }),
      text: t('media:delete.text'),
      onConfirm: () =>
        remove.mutate(media.id, {
          onSuccess: () => {
            sayDone(t('media:deleted', { name: media.fileName }));
            onClose();
          },
          onError: (error) => sayFailed(error),
        }),
    });

  return (
    <Stack gap="lg">
      {media.kind === 'video' ? (
        // biome-ignore lint/a11y/useMediaCaption: people's own videos come without caption tracks
        <video className={classes.player} src={contentUrl(media.id)} controls preload="metadata" />
      ) : (
        <img className={classes.player} src={contentUrl(media.id)} alt={media.fileName} />
      )}
      <Facts>
        <Fact label={t('media:size')}>{formatBytes(media.bytes)}</Fact>
        <Fact label={t('media:picture')}>
          {media.width}×{media.height}
          {probe.rotation !== 0 && `, ${t('media:turned', { degrees: probe.rotation })}`}
        </Fact>
        {media.kind === 'video' && (
          <>
            <Fact label={t('media:length')}>{formatLength(media.durationMs)}</Fact>
            <Fact label={t('media:fps')}>{Math.round(probe.frameRate * 100) / 100}</Fact>
            <Fact label={t('media:video')}>{probe.videoCodec ?? t('media:noCodec')}</Fact>
            <Fact label={t('media:audio')}>{probe.audioCodec ?? t('media:noCodec')}</Fact>
          </>
        )}
        <Fact label={t('media:container')}>{probe.container.split(',')[0]}</Fact>
        <Fact label={t('field.added')}>
          <At at={media.createdAt} />
        </Fact>
        <Fact label={t('media:sha')}>
          <code style={{ fontSize: '0.75rem' }}>{media.sha256}</code>
        </Fact>
      </Facts>
      <Variants media={media} />
      <Group gap="xs">
        <Button
          component="a"
          href={contentUrl(media.id)}
          download={media.fileName}
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          {t('field.download')}
        </Button>
        {mayEdit && (
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={16} />}
            loading={remove.isPending}
            onClick={onDelete}
          >
            {t('media:delete')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
