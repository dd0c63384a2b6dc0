import { thumbnailUrl } from '../../api/media.ts';
import type { Media } from '../../api/types.ts';
import { formatBytes, formatLength } from '../../ui/format.ts';
import classes from './media.module.css';

interface MediaTileProps {
  media: Media;
  onOpen(): void;
  /** Where choosing is what a tile is for: whether it is chosen. */
  pressed?: boolean;
  /** Its place among the chosen ones. */
  place?: number | undefined;
}

export function MediaTile({ media, onOpen, pressed, place }: MediaTileProps) {
  return (
    <button
      type="button"
      className={`surface ${classes.tile}`}
      onClick={onOpen}
      aria-pressed={pressed}
      title={media.fileName}
    >
      <div className={classes.picture}>
        <img src={thumbnailUrl(media.id)} alt="" loading="lazy" />
        {media.kind === 'video' && <span className={classes.length}>{formatLength(media.durationMs)}</span>}
        {place !== undefined && <span className={classes.place}>{place}</span>}
      </div>
      <span className={`truncate ${classes.name}`}>{media.fileName}</span>
      <span className={classes.detail}>
        {media.width}×{media.height} · {formatBytes(media.bytes)}
      </span>
    </button>
  );
}
