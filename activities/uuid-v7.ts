import { randomUUID } from 'node:crypto';

/**
 * A UUID that begins with its time, so that what is named by it can be put in order (RFC 9562, section 5.7).
 * @param now milliseconds since the epoch
 */
export function uuidV7(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
