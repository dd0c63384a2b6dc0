import { avatar } from './avatar.ts';
import { bio } from './bio.ts';
import { booster } from './booster.ts';
import { cookieRobot } from './cookie-robot.ts';
import type { AnyKind } from './define.ts';
import { follow } from './follow.ts';
import { login } from './login.ts';
import { mediaUniq } from './media-uniq.ts';
import { proxyDiag } from './proxy-diag.ts';
import { upload } from './upload.ts';
import { warmup } from './warmup.ts';

/** Every kind of bulk task. API routes, validation, OpenAPI, forms and workflow types derive from this list. */
export const kinds = {
  upload,
  login,
  warmup,
  avatar,
  bio,
  follow,
  'cookie-robot': cookieRobot,
  booster,
  'media-uniq': mediaUniq,
  'proxy-diag': proxyDiag,
} as const;

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
