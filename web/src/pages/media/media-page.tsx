import { Button, FileButton, SegmentedControl, Skeleton } from '@mantine/core';
import { IconPhotoVideo, IconUpload } from '@tabler/icons-react';
import { Suspense } from 'react';
import { useMediaList } from '../../api/media.ts';
import { useMay } from '../../api/session.tsx';
import type { Media } from '../../api/types.ts';
import { addUploads } from '../../api/uploads.ts';
import { t } from '../../i18n/index.ts';
import { useAddress } from '../../ui/address.ts';
import { useComeBack } from '../../ui/come-back.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { overlay } from '../../ui/part.tsx';
import { DropZone } from './drop-zone.tsx';
import classes from './media.module.css';
import { MediaDrawer } from './media-drawer.tsx';
import { MediaGrid } from './media-grid.tsx';
import { MediaTile } from './media-tile.tsx';
import { UploadList } from './upload-list.tsx';

const UploadDialog = overlay(async () => (await import('./upload-dialog.tsx')).UploadDialog);

const KINDS = ['video', 'image'] as const satisfies readonly Media['kind'][];
const PLACES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

export function MediaPage() {
  const { get, set } = useAddress(['open', 'upload']);
  const { guided, close } = useComeBack();
  const kind = KINDS.find((one) => one === get('kind'));
  const media = useMediaList(kind);
  const mayAdd = useMay('operator');
  const uploading = mayAdd && get('upload') !== undefined;

  const button = mayAdd && (
    <FileButton multiple accept="video/*,image/*" onChange={addUploads} inputProps={{ 'aria-label': t('media:files') }}>
      {(props) => (
        <Button {...props} leftSection={<IconUpload size={16} />}>
          {t('media:upload')}
        </Button>
      )}
    </FileButton>
  );
  return (
    <DropZone enabled={mayAdd}>
      <Page title={t('media:title')} actions={button}>
        <SegmentedControl
          aria-label={t('media:kindOf')}
          style={{ alignSelf: 'start' }}
          data={[
            { value: '', label: t('media:all') },
            { value: 'video', label: t('media:videos') },
            { value: 'image', label: t('media:images') },
          ]}
          value={kind ?? ''}
          onChange={(value) => set('kind', value || null)}
        />
        {!uploading && <UploadList />}
        {media.error ? (
          <ErrorNotice error={media.error} onRetry={media.reload} />
        ) : media.isPending ? (
          <div className={classes.skeletons} role="status" aria-label={t('loading')}>
            {PLACES.map((place) => (
              <Skeleton key={place} className={classes.skeleton} />
            ))}
          </div>
        ) : media.items.length === 0 ? (
          <Notice icon={IconPhotoVideo} title={kind ? t('media:noneOfKind') : t('media:none')} action={button}>
            {t('media:noneText')}
          </Notice>
        ) : (
          <MediaGrid items={media.items} onEnd={media.loadMore}>
            {(item) => <MediaTile media={item} onOpen={() => set('open', item.id)} />}
          </MediaGrid>
        )}
        <MediaDrawer id={get('open') ?? null} onClose={() => set('open', null)} />
        {uploading && (
          <Suspense fallback={null}>
            <UploadDialog comesBack={guided} onClose={() => close(() => set('upload', null))} />
          </Suspense>
        )}
      </Page>
    </DropZone>
  );
}
