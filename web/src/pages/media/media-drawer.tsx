import { Button, Drawer, Group, Skeleton, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDownload, IconTrash } from '@tabler/icons-react';
import { contentUrl, useDeleteMedia, useMedia } from '../../api/media.ts';
import { useMay } from '../../api/session.tsx';
import type { MediaDetail } from '../../api/types.ts';
import { formatBytes, formatLength } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { At } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import classes from './media.module.css';

export function MediaDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const found = useMedia(id);
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      size="lg"
      title={
        <Text fw={600} size="lg" style={{ overflowWrap: 'anywhere' }}>
          {found.data?.fileName ?? 'Media'}
        </Text>
      }
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {found.data ? (
        <Details media={found.data} onClose={onClose} />
      ) : found.error ? (
        <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
      ) : (
        <Skeleton height={320} />
      )}
    </Drawer>
  );
}

function Details({ media, onClose }: { media: MediaDetail; onClose(): void }) {
  const remove = useDeleteMedia();
  const mayEdit = useMay('operator');
  const { probe } = media;

  const askDelete = (): void => {
    modals.openConfirmModal({
      title: `Delete ${media.fileName}?`,
      children: <Text size="sm">The file and what was rendered from it are deleted. Posts made with it stay.</Text>,
      labels: { confirm: 'Delete', cancel: 'Keep it' },
      confirmProps: { color: 'red.8' },
      onConfirm: () =>
        remove.mutate(media.id, {
          onSuccess: () => {
            sayDone(`${media.fileName} was deleted.`);
            onClose();
          },
          onError: (error) => sayFailed(error),
        }),
    });
  };

  return (
    <Stack gap="lg">
      {media.kind === 'video' ? (
        // biome-ignore lint/a11y/useMediaCaption: people's own videos come without caption tracks
        <video className={classes.player} src={contentUrl(media.id)} controls preload="metadata" />
      ) : (
        <img className={classes.player} src={contentUrl(media.id)} alt={media.fileName} />
      )}
      <Facts>
        <Fact label="Size">{formatBytes(media.bytes)}</Fact>
        <Fact label="Picture">
          {media.width}×{media.height}
          {probe.rotation !== 0 && `, turned ${probe.rotation}°`}
        </Fact>
        {media.kind === 'video' && (
          <>
            <Fact label="Length">{formatLength(media.durationMs)}</Fact>
            <Fact label="Frames a second">{Math.round(probe.frameRate * 100) / 100}</Fact>
            <Fact label="Video">{probe.videoCodec ?? 'none'}</Fact>
            <Fact label="Audio">{probe.audioCodec ?? 'none'}</Fact>
          </>
        )}
        <Fact label="Container">{probe.container.split(',')[0]}</Fact>
        <Fact label="Added">
          <At at={media.createdAt} />
        </Fact>
        <Fact label="SHA-256">
          <code style={{ fontSize: '0.75rem' }}>{media.sha256}</code>
        </Fact>
      </Facts>
      <Group gap="xs">
        <Button
          component="a"
          href={contentUrl(media.id)}
          download={media.fileName}
          variant="default"
          leftSection={<IconDownload size={16} />}
        >
          Download
        </Button>
        {mayEdit && (
          <Button
            variant="subtle"
            color="red"
            leftSection={<IconTrash size={16} />}
            loading={remove.isPending}
            onClick={askDelete}
          >
            Delete
          </Button>
        )}
      </Group>
    </Stack>
  );
}
