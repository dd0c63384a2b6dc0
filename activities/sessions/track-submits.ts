import { TaskError } from '../../contracts/errors.ts';
import type { Driver, OwnPost } from '../platforms/driver.ts';

export interface TrackedDriver<Handle> {
  driver: Driver<Handle>;
  /** True once a submit was taken, or its outcome is not known. */
  mayHaveSubmitted(): boolean;
}

/**
 * Watches a step's submits. By the drivers' contract, only success and `OutcomeUnknown` mean that something may have
 * been posted; an abort counts as certain too, since a driver that had pressed the button answers `OutcomeUnknown`.
 */
export function trackSubmits<Handle>(
  driver: Driver<Handle>,
  onConfirmed: (post: OwnPost) => void,
): TrackedDriver<Handle> {
  let submitted = false;
  return {
    mayHaveSubmitted: () => submitted,
    driver: {
      ...driver,
      async submitPost(handle, draft, options) {
        try {
          const post = await driver.submitPost(handle, draft, options);
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
