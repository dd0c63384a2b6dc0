export function chosen(
  paths: readonly string[],
  patterns: readonly string[],
  isThere: (path: string) => boolean,
): string[];
