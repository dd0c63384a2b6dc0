import type { FollowImport } from '../../api/types.ts';

export interface PastedName {
  text: string;
  /** From 1, as the person sees it. */
  line: number;
}

/** User names that were pasted: one a line, or with commas or semicolons between them. */
export function namesIn(pasted: string): PastedName[] {
  return pasted.split('\n').flatMap((row, at) =>
    row
      .split(/[,;]/)
      .map((text) => text.trim())
      .filter(Boolean)
      .map((text) => ({ text, line: at + 1 })),
  );
}

/** The API counts names; a person counts lines. */
export function withLines(report: FollowImport, names: readonly PastedName[]): FollowImport {
  const lineOf = (place: number): number => names[place - 1]?.line ?? place;
  return {
    ...report,
    duplicates: report.duplicates.map((one) => ({ ...one, line: lineOf(one.line) })),
    rejected: report.rejected.map((one) => ({ ...one, line: lineOf(one.line) })),
  };
}
