import { IconUpload } from '@tabler/icons-react';
import { type DragEvent, type ReactNode, useRef, useState } from 'react';
import { addUploads } from '../../api/uploads.ts';
import { t } from '../../i18n/index.ts';
import classes from './media.module.css';

/** Takes files that are dropped anywhere on what it holds. */
export function DropZone({ enabled, children }: { enabled: boolean; children: ReactNode }) {
  const [over, setOver] = useState(false);
  // Entering a child also leaves its parent; only the balance tells whether the pointer is inside.
  const depth = useRef(0);

  const hasFiles = (event: DragEvent): boolean => enabled && event.dataTransfer.types.includes('Files');
  const move = (event: DragEvent, by: number): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = Math.max(0, depth.current + by);
    setOver(depth.current > 0);
  };
  const onDrop = (event: DragEvent): void => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth.current = 0;
    setOver(false);
    addUploads(event.dataTransfer.files);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra way; the upload button does the same
    <div
      className={classes.zone}
      onDragEnter={(event) => move(event, 1)}
      onDragLeave={(event) => move(event, -1)}
      onDragOver={(event) => move(event, 0)}
      onDrop={onDrop}
    >
      {children}
      {over && (
        <div className={classes.veil} aria-hidden>
          <IconUpload size={32} stroke={1.5} />
          {t('media:drop')}
        </div>
      )}
    </div>
  );
}
