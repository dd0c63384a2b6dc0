interface SparklineProps {
  /** Oldest first. */
  values: readonly number[];
  /** What the line says, for those who do not see it. */
  label: string;
  color?: string;
  width?: number;
  height?: number;
}

const INSET = 2;

/** A line without axes: whether something rises or falls. Starts at zero, so that small noise stays small. */
export function Sparkline({ values, label, color = 'var(--fl-running)', width = 96, height = 24 }: SparklineProps) {
  const top = Math.max(...values, 0) || 1;
  const step = values.length > 1 ? (width - 2 * INSET) / (values.length - 1) : 0;
  const place = (value: number, at: number): string =>
    `${(INSET + at * step).toFixed(1)},${(height - INSET - (value / top) * (height - 2 * INSET)).toFixed(1)}`;
  const line = values.map(place).join(' ');
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <title>{label}</title>
      {values.length > 0 && (
        <>
          <polygon
            points={`${INSET},${height - INSET} ${line} ${(INSET + (values.length - 1) * step).toFixed(1)},${height - INSET}`}
            fill={color}
            opacity={0.14}
          />
          <polyline points={line} fill="none" stroke={color} strokeWidth={1.5} strokeLinejoin="round" />
        </>
      )}
    </svg>
  );
}
