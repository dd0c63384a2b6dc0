import type { Capability } from '../../contracts/platform.ts';
import type { ApiDriver, BrowserDriver } from './driver.ts';
import { platformProfiles } from './profiles.ts';
import { apiDrivers, browserDrivers, createApiDriverLookup, createDriverLookup } from './registry.ts';

/** What a driver must have for each capability; hosts with browsers visit other sites themselves. */
const METHODS: Readonly<Record<Capability, keyof BrowserDriver | null>> = {
  logIn: 'logIn',
  publishVideo: 'submitPost',
  publishImage: 'submitPost',
  setAvatar: 'setAvatar',
  setBio: 'setBio',
  follow: 'follow',
  readFeed: 'browse',
  listOwnPosts: 'listOwnPosts',
  downloadOwnPosts: 'downloadPost',
  visitSites: null,
};

const SETTINGS = { baseUrl: 'http://127.0.0.1:1' };
const allDrivers = (): (BrowserDriver | ApiDriver)[] =>
  [...Object.values(browserDrivers), ...Object.values(apiDrivers)].map((create) => create(SETTINGS));

describe('the catalogue of drivers', () => {
  it.each([
    ['browser', browserDrivers],
    ['api', apiDrivers],
  ] as const)('has a driver for every platform that is spoken to by %s, and no other', (transport, drivers) => {
    const names = Object.values(platformProfiles).flatMap((one) => (one.transport === transport ? one.name : []));
    expect(Object.keys(drivers).sort()).toEqual(names.sort());
    for (const name of names) expect(drivers[name]?.(SETTINGS).profile).toBe(platformProfiles[name]);
  });

  it('has the method of every capability that a driver declares, and no other', () => {
    for (const driver of allDrivers()) {
      const declared = new Set<string>(driver.profile.capabilities.flatMap((capability) => METHODS[capability] ?? []));
      for (const method of new Set(Object.values(METHODS))) {
        if (method === null) continue;
        const found = [driver.profile.name, method, typeof driver[method]];
        expect(found).toEqual([driver.profile.name, method, declared.has(method) ? 'function' : 'undefined']);
      }
    }
  });

  it('takes the address of the account before the usual one, and refuses what it does not know', () => {
    const lookup = createDriverLookup({ sandbox: 'http://127.0.0.1:1' });
    expect(lookup('sandbox').profile.name).toBe('sandbox');
    expect(() => lookup('nowhere')).toThrow('no browser driver');
    expect(() => createDriverLookup({})('sandbox')).toThrow('no address');
    const overApi = createApiDriverLookup({ atproto: 'http://127.0.0.1:1' });
    expect(overApi('atproto').profile.name).toBe('atproto');
    expect(() => overApi('sandbox')).toThrow('no API driver');
  });
});
