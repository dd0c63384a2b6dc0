import { findChromium, launchArgs } from './chromium.ts';

describe('finding Chromium', () => {
  it('finds one on this machine', () => {
    expect(findChromium(undefined)).toEqual(expect.any(String));
  });

  it('takes the given one, and refuses a given one that is not there', () => {
    expect(findChromium(process.execPath)).toBe(process.execPath);
    expect(() => findChromium('/nowhere/chromium')).toThrow('CHROMIUM_PATH is not usable');
  });
});

describe('the command line', () => {
  it('gives up the sandbox for root only', () => {
    expect(launchArgs(true)).toContain('--no-sandbox');
    expect(launchArgs(false)).not.toContain('--no-sandbox');
  });
});
