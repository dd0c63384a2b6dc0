import { type ComponentType, lazy, useCallback, useEffect, useRef, useState } from 'react';
import { onReturn } from '../api/live.ts';
import { ApiError, unreachable } from '../api/problem.ts';
import { t } from '../i18n/index.ts';
import { ErrorNotice } from './notices.tsx';
import { sayFailed } from './toast.tsx';

/** How long the server may take to say that it is there. */
const REACH_MS = 10_000;

/** Whether the server answers at all. */
export const isReachable = (): Promise<boolean> =>
  fetch('/', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(REACH_MS) }).then(
    ({ ok }) => ok,
    () => false,
  );

/** Loads the dashboard anew, which without a connection would leave the browser's own error and no way back. */
export async function reload(): Promise<void> {
  if (await isReachable()) window.location.reload();
  else sayFailed(unreachable(), t('offline.title'));
}

/** After an update the parts of the old dashboard are gone from the server; only a reload brings the new ones. */
const whyMissing = async (): Promise<Error> =>
  (await isReachable()) ? new Error(t('error.stalePart')) : unreachable();

/** Style sheets that did not come: the bundler asks for each of them once and never again. */
const lost = new Set<HTMLLinkElement>();
document.addEventListener(
  'error',
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === 'stylesheet') lost.add(target);
  },
  true,
);

const readLostStyles = (): Promise<unknown> =>
  Promise.all(
    [...lost].map(
      (link) =>
        new Promise<void>((done, fail) => {
          const again = link.cloneNode() as HTMLLinkElement;
          lost.delete(link);
          again.addEventListener('load', () => done());
          again.addEventListener('error', () => fail(new Error('A style sheet did not come.')));
          link.replaceWith(again);
        }),
    ),
  );

type Load<Props> = () => Promise<ComponentType<Props>>;

/** What is shown for a part that could not be read. */
export interface MissingProps<Props> {
  error: Error;
  /** Reads it again; where only a reload of the dashboard can help, does that. */
  retry(): void;
  props: Props;
  /** Reads it again, without ever leaving the page. @returns why it is still missing */
  readAgain(): Promise<Error | undefined>;
}
type Missing<Props> = ComponentType<MissingProps<Props>>;

function MissingPart({ error, retry }: Pick<MissingProps<unknown>, 'error' | 'retry'>) {
  return <ErrorNotice error={error} onRetry={retry} />;
}

/** Stands in for a part until that can be read: asked to, whenever it is drawn, and as soon as the network is back. */
function lateOf<Props extends object>(load: Load<Props>, Missing: Missing<Props>, why: Error): ComponentType<Props> {
  let found: ComponentType<Props> | undefined;
  let reading: Promise<Error | undefined> | undefined;
  const read = async (): Promise<Error | undefined> => {
    try {
      await readLostStyles();
      found = await load();
      return undefined;
    } catch {
      return await whyMissing();
    }
  };
  return function Late(props: Props) {
    const [error, setError] = useState(why);
    const [, setRead] = useState(false);
    const readAgain = useCallback(async (): Promise<Error | undefined> => {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      const still = await reading;
      if (still) setError(still);
      else setRead(true);
      return still;
    }, []);
    useEffect(() => {
      if (found) return undefined;
      void readAgain();
      return onReturn(() => void readAgain());
    }, [readAgain]);
    const retry = (): void =>
      void readAgain().then((still) => {
        // The server is there and the part is not: it belongs to a version that is gone.
        if (still && !(still instanceof ApiError)) window.location.reload();
      });
    const Found = found;
    return Found ? <Found {...props} /> : <Missing error={error} retry={retry} props={props} readAgain={readAgain} />;
  };
}

/** The part, or what stands in for it: never an error. */
export async function readPart<Props extends object>(
  load: Load<Props>,
  missing: Missing<Props> = MissingPart,
): Promise<ComponentType<Props>> {
  try {
    return await load();
  } catch {
    return lateOf(load, missing, await whyMissing());
  }
}

/** A part of a page in a file of its own, read when it is first drawn. Missing, it says so in its place. */
export const part = <Props extends object>(load: Load<Props>, missing?: Missing<Props>) =>
  lazy(async () => ({ default: await readPart(load, missing) }));

export interface OverlayProps {
  /** Open as long as it is drawn, unless given. */
  opened?: boolean;
  onClose(): void;
}

/** Says that it cannot open, and closes: opened again, it is read again. What it would have covered is untouched. */
function MissingOverlay<Props extends OverlayProps>({ props, readAgain }: MissingProps<Props>) {
  const { opened = true, onClose } = props;
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    if (!opened) return;
    void readAgain().then((error) => {
      if (!error) return;
      sayFailed(error, t('offline.title'));
      close.current();
    });
  }, [opened, readAgain]);
  return null;
}

/** A dialog in a file of its own, read when it first opens. */
export const overlay = <Props extends OverlayProps>(load: Load<Props>) => part<Props>(load, MissingOverlay);
