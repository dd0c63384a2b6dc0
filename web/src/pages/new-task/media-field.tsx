import { Button, FileButton, Group, Input, Skeleton, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { type UIEvent, useCallback, useEffect, useRef } from 'react';
import { useMediaList } from '../../api/media.ts';
import type { Media } from '../../api/types.ts';
import { addUploads } from '../../api/uploads.ts';
import { t } from '../../i18n/index.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { MediaTile } from '../media/media-tile.tsx';
import { UploadList } from '../media/upload-list.tsx';
import classes from './new-task.module.css';

interface MediaFieldProps {
  label: string;
  description: string | undefined;
  withAsterisk: boolean;
  error: string | undefined;
  /** Only these are shown; both unless given. */
  kind: Media['kind'] | undefined;
  /** Another choice takes the place of the one before. */
  single?: boolean;
  value: string[];
  onChange(value: string[] | undefined): void;
}

const ACCEPTED = { video: 'video/*', image: 'image/*', any: 'video/*,image/*' } as const;

/** Chooses videos or pictures in an order; new ones can be uploaded on the spot and are chosen at once. */
export function MediaField({
  label,
  description,
  withAsterisk,
  error,
  kind,
  single = false,
  value,
  onChange,
}: MediaFieldProps) {
  const media = useMediaList(kind);
  const sort = kind ?? 'any';
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  }, [value]);

  const set = (ids: string[]): void => {
    const next = single ? ids.slice(-1) : ids;
    latest.current = next;
    onChange(next.length > 0 ? next : undefined);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: set only reads the newest value
  const choose = useCallback(
    (added: Media) => {
      if ((kind === undefined || added.kind === kind) && !latest.current.includes(added.id))
        set([...latest.current, added.id]);
    },
    [kind, single],
  );
  const toggle = (id: string): void => set(value.includes(id) ? value.filter((one) => one !== id) : [...value, id]);
  const onScroll = ({ currentTarget: box }: UIEvent<HTMLDivElement>): void => {
    if (box.scrollTop + box.clientHeight > box.scrollHeight - 400) media.loadMore();
  };

  return (
    <Input.Wrapper label={label} description={description} withAsterisk={withAsterisk} error={error} labelElement="div">
      <Group justify="space-between" my={8} gap="xs">
        <Text size="sm" c="dimmed" role="status" className="tabular">
          {t(`newTask:${sort}.chosen`, { count: value.length })}
          {value.length > 1 && `, ${t('newTask:inOrder')}`}
        </Text>
        <Group gap="xs">
          {value.length > 0 && !single && (
            <Button variant="subtle" size="xs" onClick={() => set([])}>
              {t('newTask:clear')}
            </Button>
          )}
          <FileButton
            multiple
            accept={ACCEPTED[sort]}
            onChange={addUploads}
            inputProps={{ 'aria-label': t(`newTask:${sort}.files`) }}
          >
            {(props) => (
              <Button {...props} variant="default" size="xs" leftSection={<IconUpload size={14} />}>
                {t(`newTask:${sort}.upload`)}
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
          {t(`newTask:${sort}.none`)}
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
                place={place >= 0 && !single ? place + 1 : undefined}
                onOpen={() => toggle(item.id)}
              />
            );
          })}
        </div>
      )}
    </Input.Wrapper>
  );
}
