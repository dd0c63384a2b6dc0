/** What bounds one exchange with a proxy. */
export interface Bound {
  /** Longest wait, milliseconds. */
  ms: number;
  signal: AbortSignal;
  /** Thrown when the time is up. */
  late(): Error;
}

/**
 * Runs `begin` until it settles, the time is up or the signal aborts. Unless it succeeded, `end` is called then, to
 * destroy what was opened.
 */
export function bounded<T>(
  { ms, signal, late }: Bound,
  begin: (done: (value: T) => void, fail: (error: unknown) => void) => void,
  end: () => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    let settled = false;
    const settle = () => {
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
    };
    const fail = (error: unknown) => {
      if (settled) return;
      settle();
      reject(error);
      end();
    };
    const stop = () => fail(signal.reason);
    const timer = setTimeout(() => fail(late()), ms);
    if (signal.aborted) {
      stop();
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    begin((value) => {
      if (settled) return;
      settle();
      resolve(value);
    }, fail);
  });
}
