import type { AnyKind } from './define.ts';
import { upload } from './upload.ts';

/** Every kind of bulk task. API routes, validation, OpenAPI, forms and workflow types derive from this list. */
export const kinds = { upload } as const;

export type KindName = keyof typeof kinds;

export const kindList: readonly AnyKind[] = Object.values(kinds) as unknown as readonly AnyKind[];

/** The kind of that name, or nothing. */
export function findKind(name: string): AnyKind | undefined {
  return kindList.find((kind) => kind.name === name);
}

/** `upload` → `Upload`, `proxy-diag` → `ProxyDiag`: how workflow types are named after kinds. */
export function kindTypeSuffix(name: string): string {
  return name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
export const bulkWorkflowType = (kind: string): string => `bulk${kindTypeSuffix(kind)}`;
export const accountWorkflowType = (kind: string): string => `account${kindTypeSuffix(kind)}`;
