import { randomBytes } from 'node:crypto';
import { createSealer, keyFromText, SealError } from './seal.ts';

const keyring = () => ({ current: randomBytes(32), older: [] as Buffer[] });

describe('sealing', () => {
  it('gives back what was sealed', () => {
    const sealer = createSealer(keyring());
    const value = { password: 'pä55 😀', totpSecret: null };
    expect(sealer.open('account-secret', 'a', sealer.seal('account-secret', 'a', value))).toEqual(value);
  });

  it('hides the text and never seals alike twice', () => {
    const sealer = createSealer(keyring());
    const [one, two] = [sealer.seal('p', 'a', 'needle'), sealer.seal('p', 'a', 'needle')];
    expect(Buffer.from(one).includes('needle')).toBe(false);
    expect(Buffer.from(one).equals(Buffer.from(two))).toBe(false);
  });

  it('refuses bytes of which any one was changed', () => {
    const sealer = createSealer(keyring());
    const sealed = sealer.seal('p', 'a', 'text');
    sealed.forEach((byte, place) => {
      const changed = Uint8Array.from(sealed);
      changed[place] = byte ^ 1;
      expect(() => sealer.open('p', 'a', changed)).toThrow(SealError);
    });
  });

  it('refuses bytes that were cut', () => {
    const sealer = createSealer(keyring());
    const sealed = sealer.seal('p', 'a', 'text');
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => sealer.open('p', 'a', sealed.subarray(0, length))).toThrow(SealError);
    }
  });

  it('refuses bytes moved to another row or purpose', () => {
    const sealer = createSealer(keyring());
    const sealed = sealer.seal('account-secret', 'a', 'text');
    expect(() => sealer.open('account-secret', 'b', sealed)).toThrow(SealError);
    expect(() => sealer.open('proxy-secret', 'a', sealed)).toThrow(SealError);
  });

  it('opens with an older key of the ring, and says that it is old', () => {
    const old = keyring();
    const sealed = createSealer(old).seal('p', 'a', 'text');
    const rotated = createSealer({ current: randomBytes(32), older: [old.current] });
    expect(rotated.open('p', 'a', sealed)).toBe('text');
    expect(rotated.isOld(sealed)).toBe(true);
    expect(rotated.isOld(rotated.seal('p', 'a', 'text'))).toBe(false);
  });

  it('does not open without its key', () => {
    const sealed = createSealer(keyring()).seal('p', 'a', 'text');
    expect(() => createSealer(keyring()).open('p', 'a', sealed)).toThrow(/not in the keyring/);
  });
});

describe('the key', () => {
  const bytes = randomBytes(32);
  it.each([['base64'], ['base64url'], ['hex']] as const)('is read from %s', (encoding) => {
    expect(keyFromText(bytes.toString(encoding)).equals(bytes)).toBe(true);
  });

  it('is stretched from a passphrase, always to the same', () => {
    expect(keyFromText('a long enough phrase')).toHaveLength(32);
    expect(keyFromText('a long enough phrase')).toEqual(keyFromText('a long enough phrase'));
  });

  it('is refused when it is short', () => {
    expect(() => keyFromText('hunter2')).toThrow(/FLOTILLA_SECRET_KEY must be/);
  });
});
