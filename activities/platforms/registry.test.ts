import { platformProfiles } from './profiles.ts';
import { browserDrivers, createDriverLookup } from './registry.ts';

describe('the catalogue of browser drivers', () => {
  it('has a driver for every platform that is spoken to through pages, and no other', () => {
    const browserPlatforms = Object.values(platformProfiles).filter(({ transport }) => transport === 'browser');
    expect(Object.keys(browserDrivers).sort()).toEqual(browserPlatforms.map(({ name }) => name).sort());
    for (const { name } of browserPlatforms) {
      expect(browserDrivers[name]?.({ baseUrl: 'http://127.0.0.1:1' }).profile.name).toBe(name);
    }
  });

  it('takes the address of the account before the usual one, and refuses what it does not know', () => {
    const lookup = createDriverLookup({ sandbox: 'http://127.0.0.1:1' });
    expect(lookup('sandbox').profile.name).toBe('sandbox');
    expect(() => lookup('nowhere')).toThrow('no browser driver');
    expect(() => createDriverLookup({})('sandbox')).toThrow('no address');
  });
});
