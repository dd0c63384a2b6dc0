import { TaskError } from '../../contracts/errors.ts';
import type { BrowserDriver } from './driver.ts';
import { createSandboxDriver } from './sandbox/driver.ts';
import { sandboxProfile } from './sandbox/profile.ts';

export interface DriverSettings {
  /** Address of the platform, e.g. `http://127.0.0.1:4600`. */
  baseUrl: string;
}

export type BrowserDriverFactory = (settings: DriverSettings) => BrowserDriver;

/** Every platform that is spoken to through pages, by name. A platform is one folder, one line here, one in profiles.ts. */
export const browserDrivers: Readonly<Record<string, BrowserDriverFactory>> = {
  [sandboxProfile.name]: createSandboxDriver,
};

/**
 * @param usualBaseUrls the address of each platform whose account names none
 * @returns the driver of a platform. It throws TaskError `InvalidInput` when there is no such driver or no address.
 */
export function createDriverLookup(usualBaseUrls: Readonly<Record<string, string>>) {
  return (platform: string, baseUrl?: string): BrowserDriver => {
    const factory = browserDrivers[platform];
    const address = baseUrl ?? usualBaseUrls[platform];
    if (!factory) throw new TaskError('InvalidInput', `There is no browser driver for the platform "${platform}".`);
    if (!address) throw new TaskError('InvalidInput', `The platform "${platform}" has no address.`);
    return factory({ baseUrl: address });
  };
}
