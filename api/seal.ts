import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto';

/**
 * Sealed bytes, AES-256-GCM (NIST SP 800-38D):
 * version (1) · key id (8) · nonce (12) · tag (16) · ciphertext.
 * The purpose and the row's id are authenticated with it, so sealed bytes cannot be moved to another row or column.
 */
const VERSION = 1;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const MIN_PASSPHRASE_CHARS = 12;

export interface Keyring {
  /** 32 bytes. */
  current: Buffer;
  older: readonly Buffer[];
}

export class SealError extends Error {
  override readonly name = 'SealError';
}

export interface Sealer {
  seal(purpose: string, rowId: string, value: unknown): Uint8Array<ArrayBuffer>;
  /**
   * The JSON value that was sealed for this purpose and row.
   * @throws SealError when the bytes were changed, moved, or sealed under a key that is not in the keyring
   */
  open(purpose: string, rowId: string, sealed: Uint8Array): unknown;
  /** Whether these bytes are sealed under a former key, so that they are best sealed anew. */
  isOld(sealed: Uint8Array): boolean;
  /** A keyed hash (HMAC-SHA-256, base64url) of a text, under a key of its own for each purpose. */
  mac(purpose: string, text: string): string;
  /** Whether `mac` is that hash of the text, under the current key or a former one that is still kept. */
  isMac(purpose: string, text: string, mac: string): boolean;
}

/** What tells which key sealed bytes were sealed under: their bytes 1 to 8. */
export const keyIdOf = (key: Buffer): Buffer =>
  createHash('sha256').update('flotilla/key-id').update(key).digest().subarray(0, KEY_ID_BYTES);

/**
 * A 32-byte key of base64, base64url or hex text; any other text of 12 characters or more is a passphrase,
 * stretched by scrypt.
 * @throws SealError for a shorter text
 */
export function keyFromText(text: string): Buffer {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  if (text.length < MIN_PASSPHRASE_CHARS) {
    throw new SealError(
      `FLOTILLA_SECRET_KEY must be 32 bytes in base64 or hex, or a passphrase of at least ${MIN_PASSPHRASE_CHARS} characters.`,
    );
  }
  // The salt is fixed because every process must derive the same key from the passphrase alone.
  return scryptSync(text, 'flotilla/secret-key/v1', 32, { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 ** 2 });
}

const associatedData = (purpose: string, rowId: string): Buffer => Buffer.from(`${purpose}\0${rowId}`);

/** A keyring that may change while the process runs: a rotation by another process is seen at the next call. */
export interface KeyringSource {
  get(): Keyring;
  /** Reads it anew, because a key was asked for that it does not hold. */
  reread(): Keyring;
}

interface OpenRing {
  current: { key: Buffer; id: Buffer };
  all: readonly { key: Buffer; id: Buffer }[];
  macKeys: Map<string, Buffer>;
}

function openRing({ current, older }: Keyring): OpenRing {
  const all = [current, ...older].map((key) => ({ key, id: keyIdOf(key) }));
  return { current: { key: current, id: keyIdOf(current) }, all, macKeys: new Map() };
}

function macOf(ring: OpenRing, key: { key: Buffer; id: Buffer }, purpose: string, text: string): Buffer {
  const name = `${key.id.toString('hex')}/${purpose}`;
  let macKey = ring.macKeys.get(name);
  if (!macKey) {
    macKey = Buffer.from(hkdfSync('sha256', key.key, 'flotilla', purpose, 32));
    ring.macKeys.set(name, macKey);
  }
  return createHmac('sha256', macKey).update(text).digest();
}

export function createSealer(keys: Keyring | KeyringSource): Sealer {
  const source: KeyringSource = 'get' in keys ? keys : { get: () => keys, reread: () => keys };
  let last: { keyring: Keyring; ring: OpenRing } | undefined;
  function ringOf(keyring: Keyring): OpenRing {
    if (last?.keyring !== keyring) last = { keyring, ring: openRing(keyring) };
    return last.ring;
  }
  const ringNow = () => ringOf(source.get());
  function keyFor(id: Buffer): Buffer {
    const find = (ring: OpenRing) => ring.all.find((key) => key.id.equals(id))?.key;
    const found = find(ringNow()) ?? find(ringOf(source.reread()));
    if (!found) throw new SealError('This was sealed under a key that is not in the keyring.');
    return found;
  }

  return {
    seal(purpose, rowId, value) {
      const { current } = ringNow();
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current.key, nonce, { authTagLength: TAG_BYTES });
      const header = Buffer.concat([Buffer.of(VERSION), current.id]);
      cipher.setAAD(Buffer.concat([header, associatedData(purpose, rowId)]));
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return new Uint8Array(Buffer.concat([header, nonce, cipher.getAuthTag(), body]));
    },
    open(purpose, rowId, sealed) {
      const bytes = Buffer.from(sealed);
      if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) {
        throw new SealError('These are no sealed bytes of a known version.');
      }
      const header = bytes.subarray(0, HEADER_BYTES);
      const key = keyFor(header.subarray(1));
      const nonce = bytes.subarray(HEADER_BYTES, HEADER_BYTES + NONCE_BYTES);
      const tag = bytes.subarray(HEADER_BYTES + NONCE_BYTES, HEADER_BYTES + NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.concat([header, associatedData(purpose, rowId)]));
      decipher.setAuthTag(tag);
      try {
        const body = decipher.update(bytes.subarray(HEADER_BYTES + NONCE_BYTES + TAG_BYTES));
        return JSON.parse(Buffer.concat([body, decipher.final()]).toString('utf8')) as unknown;
      } catch {
        // The cause is left out on purpose: it could quote what was sealed.
        throw new SealError('The sealed bytes were changed or belong to another row.');
      }
    },
    isOld: (sealed) => !Buffer.from(sealed.subarray(1, HEADER_BYTES)).equals(ringNow().current.id),
    mac(purpose, text) {
      const ring = ringNow();
      return macOf(ring, ring.current, purpose, text).toString('base64url');
    },
    isMac(purpose, text, mac) {
      const given = Buffer.from(mac, 'base64url');
      const ring = ringNow();
      return ring.all.some((key) => {
        const right = macOf(ring, key, purpose, text);
        return right.length === given.length && timingSafeEqual(right, given);
      });
    },
  };
}
