import { Button, FileButton, Group, Input, Skeleton, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { type UIEvent, useCallback, useEffect, useRef } from 'react';
import { useMediaList } from '../../api/media.ts';
import type { Media } from '../../api/types.ts';
import { addUploads } from '../../api/uploads.ts';
import { plural } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { MediaTile } from '../media/media-tile.tsx';
import { UploadList } from '../media/upload-list.tsx';
import classes from './new-task.module.css';

interface MediaFieldProps {
  label: string;
  description: string | undefined;
  withAsterisk: boolean;
  error: string | undefined;
  value: string[];
  onChange(value: string[] | undefined): void;
}

/** Chooses videos in an order; new ones can be uploaded on the spot and are chosen at once. */
export function MediaField({ label, description, withAsterisk, error, value, onChange }: MediaFieldProps) {
  const media = useMediaList('video');
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);

  const set = (ids: string[]): void => {
    latest.current = ids;
    onChange(ids.length > 0 ? ids : undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: set only reads the newest value
  const choose = useCallback((added: Media) => {
    if (added.kind === 'video' && !latest.current.includes(added.id)) set([...latest.current, added.id]);
  }, []);
  const toggle = (id: string): void => set(value.includes(id) ? value.filter((one) => one !== id) : [...value, id]);
  const onScroll = ({ currentTarget: box }: UIEvent<HTMLDivElement>): void => {
    if (box.scrollTop + box.clientHeight > box.scrollHeight - 400) media.loadMore();
  };

  return (
    <Input.Wrapper label={label} description={description} withAsterisk={withAsterisk} error={error} labelElement="div">
      <Group justify="space-between" my={8} gap="xs">
        <Text size="sm" c="dimmed" role="status" className="tabular">
          {plural(value.length, 'video')} chosen
          {value.length > 1 && ', in the order of their numbers'}
        </Text>
        <Group gap="xs">
          {value.length > 0 && (
            <Button variant="subtle" size="xs" onClick={() => set([])}>
              Clear
            </Button>
          )}
          <FileButton multiple accept="video/*" onChange={addUploads} inputProps={{ 'aria-label': 'Video files' }}>
            {(props) => (
              <Button {...props} variant="default" size="xs" leftSection={<IconUpload size={14} />}>
                Upload videos
              </Button>
            )}
          </FileButton>
        </Group>
      </Group>
      <UploadList onFinished={choose} />
      {media.error ? (
        <ErrorNotice error={media.error} onRetry={media.reload} />
      ) : media.isPending ? (
        <Skeleton height={190} mt="xs" />
      ) : media.items.length === 0 ? (
        <Text c="dimmed" py="lg">
          There are no videos yet. Upload some to go on.
        </Text>
      ) : (
        <div className={classes.tiles} style={{ marginTop: 8 }} onScroll={onScroll}>
          {media.items.map((item) => {
            const place = value.indexOf(item.id);
            return (
              <MediaTile
                key={item.id}
                media={item}
                pressed={place >= 0}
                place={place >= 0 ? place + 1 : undefined}
                onOpen={() => toggle(item.id)}
              />
            );
          })}
        </div>
      )}
    </Input.Wrapper>
  );
}
