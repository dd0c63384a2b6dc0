import { Button, FileButton, SegmentedControl, Skeleton } from '@mantine/core';
import { IconPhotoVideo, IconUpload } from '@tabler/icons-react';
import { useSearchParams } from 'react-router';
import { useMediaList } from '../../api/media.ts';
import { useMay } from '../../api/session.tsx';
import type { Media } from '../../api/types.ts';
import { addUploads } from '../../api/uploads.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { DropZone } from './drop-zone.tsx';
import classes from './media.module.css';
import { MediaDrawer } from './media-drawer.tsx';
import { MediaGrid } from './media-grid.tsx';
import { MediaTile } from './media-tile.tsx';
import { UploadList } from './upload-list.tsx';

const KINDS = ['video', 'image'] as const satisfies readonly Media['kind'][];
const PLACES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

export function MediaPage() {
  const [search, setSearch] = useSearchParams();
  const kind = KINDS.find((one) => one === search.get('kind'));
  const media = useMediaList(kind);
  const mayAdd = useMay('operator');

  const set = (name: string, value: string | null): void => {
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (value) next.set(name, value);
        else next.delete(name);
        return next;
      },
      { replace: name !== 'open' || value === null, preventScrollReset: true },
    );
  };

  const button = mayAdd && (
    <FileButton multiple accept="video/*,image/*" onChange={addUploads} inputProps={{ 'aria-label': 'Media files' }}>
      {(props) => (
        <Button {...props} leftSection={<IconUpload size={16} />}>
          Upload files
        </Button>
      )}
    </FileButton>
  );
  return (
    <DropZone enabled={mayAdd}>
      <Page title="Media" actions={button}>
        <SegmentedControl
          aria-label="Kind of media"
          style={{ alignSelf: 'start' }}
          data={[
            { value: '', label: 'All' },
            { value: 'video', label: 'Videos' },
            { value: 'image', label: 'Images' },
          ]}
          value={kind ?? ''}
          onChange={(value) => set('kind', value || null)}
        />
        <UploadList />
        {media.error ? (
          <ErrorNotice error={media.error} onRetry={media.reload} />
        ) : media.isPending ? (
          <div className={classes.skeletons} role="status" aria-label="Loading">
            {PLACES.map((place) => (
              <Skeleton key={place} className={classes.skeleton} />
            ))}
          </div>
        ) : media.items.length === 0 ? (
          <Notice icon={IconPhotoVideo} title={kind ? 'None of this kind' : 'No media yet'} action={button}>
            Drop videos or images anywhere on this page. The same file twice is kept once.
          </Notice>
        ) : (
          <MediaGrid items={media.items} onEnd={media.loadMore}>
            {(item) => <MediaTile media={item} onOpen={() => set('open', item.id)} />}
          </MediaGrid>
        )}
        <MediaDrawer id={search.get('open')} onClose={() => set('open', null)} />
      </Page>
    </DropZone>
  );
}
