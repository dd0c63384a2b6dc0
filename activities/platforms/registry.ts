import { TaskError } from '../../contracts/errors.ts';
import { say } from '../../contracts/said.ts';
import { createAtprotoDriver } from './atproto/driver.ts';
import { atprotoProfile } from './atproto/profile.ts';
import type { ApiDriver, BrowserDriver } from './driver.ts';
import { createSandboxClipsDriver, createSandboxDriver } from './sandbox/driver.ts';
import { sandboxClipsProfile, sandboxProfile } from './sandbox/profile.ts';

export interface DriverSettings {
  /** Address of the platform, e.g. `http://127.0.0.1:4600`. */
  baseUrl: string;
}

export type BrowserDriverFactory = (settings: DriverSettings) => BrowserDriver;
export type ApiDriverFactory = (settings: DriverSettings) => ApiDriver;

/** Every platform that is spoken to through pages, by name. A platform is one folder, one line here, one in profiles.ts. */
export const browserDrivers: Readonly<Record<string, BrowserDriverFactory>> = {
  [sandboxProfile.name]: createSandboxDriver,
  [sandboxClipsProfile.name]: createSandboxClipsDriver,
};

/** Every platform that is spoken to over an API, by name. */
export const apiDrivers: Readonly<Record<string, ApiDriverFactory>> = {
  [atprotoProfile.name]: createAtprotoDriver,
};

type Factories<Driver> = Readonly<Record<string, (settings: DriverSettings) => Driver>>;

function lookupIn<Driver>(drivers: Factories<Driver>, sort: string, usualBaseUrls: Readonly<Record<string, string>>) {
  return (platform: string, baseUrl?: string): Driver => {
    const factory = drivers[platform];
    const address = baseUrl ?? usualBaseUrls[platform];
    if (!factory) throw new TaskError('InvalidInput', say('platform.no-driver', { sort, platform }));
    if (!address) throw new TaskError('InvalidInput', say('platform.no-address', { platform }));
    return factory({ baseUrl: address });
  };
}

/**
 * @param usualBaseUrls the address of each platform whose account names none
 * @returns the driver of a platform. It throws TaskError `InvalidInput` when there is no such driver or no address.
 */
export function createDriverLookup(usualBaseUrls: Readonly<Record<string, string>>) {
  return lookupIn(browserDrivers, 'browser driver', usualBaseUrls);
}

/** The same for drivers over an API. */
export function createApiDriverLookup(usualBaseUrls: Readonly<Record<string, string>>) {
  return lookupIn(apiDrivers, 'API driver', usualBaseUrls);
}
