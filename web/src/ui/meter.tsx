import { formatCount } from './format.ts';
import classes from './meter.module.css';

/** From here on there is hardly room for more. */
const FULL_SHARE = 0.9;

/** How much of what there is is in use, as a bar and in numbers. */
export function Meter({ used, total }: { used: number; total: number }) {
  const share = total > 0 ? Math.min(1, used / total) : 0;
  return (
    <span className={classes.meter}>
      <span className={classes.bar} aria-hidden>
        <span
          className={classes.fill}
          data-full={share >= FULL_SHARE || undefined}
          style={{ width: `${share * 100}%` }}
        />
      </span>
      <span>
        {formatCount(used)}/{formatCount(total)}
      </span>
    </span>
  );
}
