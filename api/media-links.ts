import type { Deps } from './deps.ts';
import { forbidden } from './problem.ts';

const LIFE_SECONDS = 300;
const PURPOSE = 'media-link';

type LinkDeps = Pick<Deps, 'sealer' | 'env'>;
const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

/** An address that shows one file to whoever holds it, for five minutes. */
export function signLink(id: string, deps: LinkDeps): { url: string; expiresAt: string } {
  const expires = nowSeconds() + LIFE_SECONDS;
  const signature = deps.sealer.mac(PURPOSE, `${id}.${expires}`);
  return {
    url: `${deps.env.publicUrl.replace(/\/$/, '')}/api/media/${id}/content?expires=${expires}&signature=${signature}`,
    expiresAt: new Date(expires * 1_000).toISOString(),
  };
}

/** @throws Problem 403 for a link that was changed or is over */
export function checkLink(id: string, link: { expires: number; signature: string }, deps: LinkDeps): void {
  if (!deps.sealer.isMac(PURPOSE, `${id}.${link.expires}`, link.signature)) {
    throw forbidden('The signature of this link is wrong.');
  }
  if (link.expires < nowSeconds()) throw forbidden('This link is over. Ask for a new one.');
}
