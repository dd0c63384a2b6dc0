import { TaskError } from '../../contracts/errors.ts';
import type { BrowserDriver, OwnPost } from '../platforms/driver.ts';

export interface TrackedDriver {
  driver: BrowserDriver;
  /** True once a submit was taken, or its outcome is not known. */
  mayHaveSubmitted(): boolean;
}

/**
 * Watches a step's submits. By the drivers' contract, only success and `OutcomeUnknown` mean that something may have
 * been posted; an abort counts as certain too, since a driver that had pressed the button answers `OutcomeUnknown`.
 */
export function trackSubmits(driver: BrowserDriver, onConfirmed: (post: OwnPost) => void): TrackedDriver {
  let submitted = false;
  return {
    mayHaveSubmitted: () => submitted,
    driver: {
      ...driver,
      async submitPost(page, draft, options) {
        try {
          const post = await driver.submitPost(page, draft, options);
          submitted = true;
          onConfirmed(post);
          return post;
        } catch (error) {
          if (error instanceof TaskError && error.type === 'OutcomeUnknown') submitted = true;
          throw error;
        }
      },
    },
  };
}
