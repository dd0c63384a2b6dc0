import { Button, FileButton, Group, Modal, Stack, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { addUploads, useUploads } from '../../api/uploads.ts';
import { t } from '../../i18n/index.ts';
import classes from './media.module.css';
import { UploadList } from './upload-list.tsx';

interface UploadDialogProps {
  /** Closes by itself when everything has arrived. */
  comesBack: boolean;
  onClose(): void;
}

/** The door for files as an address of its own, for those who were led to it. */
export function UploadDialog({ comesBack, onClose }: UploadDialogProps) {
  const uploads = useUploads();
  const [before] = useState(() => new Set(uploads.map(({ key }) => key)));
  const own = uploads.filter(({ key }) => !before.has(key));
  const arrived = own.length > 0 && own.every(({ state }) => state === 'done');
  const latest = useRef(onClose);
  useEffect(() => {
    latest.current = onClose;
  });
  useEffect(() => {
    if (comesBack && arrived) latest.current();
  }, [comesBack, arrived]);

  return (
    <Modal opened onClose={onClose} size="lg" title={t('media:upload')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="md">
        <div className={classes.door}>
          <IconUpload size={24} stroke={1.5} aria-hidden />
          <Text c="dimmed">{t('media:dropOrChoose')}</Text>
          <FileButton
            multiple
            accept="video/*,image/*"
            onChange={addUploads}
            inputProps={{ 'aria-label': t('media:files') }}
          >
            {(props) => (
              <Button {...props} data-autofocus>
                {t('media:choose')}
              </Button>
            )}
          </FileButton>
        </div>
        <UploadList />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {arrived ? t('done') : t('close')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
