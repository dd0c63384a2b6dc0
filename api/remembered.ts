/**
 * A reading that many ask for and that costs: its answer is kept for `ms` milliseconds, and those who ask while it is
 * being read share it. A failure is not kept. Apart for each source, so that two databases do not mix.
 */
export function remembered<Source extends object, Value>(ms: number, read: (source: Source) => Promise<Value>) {
  const kept = new WeakMap<Source, { at: number; value: Promise<Value> }>();
  return (source: Source): Promise<Value> => {
    const found = kept.get(source);
    if (found && Date.now() - found.at < ms) return found.value;
    const value = read(source);
    const entry = { at: Date.now(), value };
    kept.set(source, entry);
    value.catch(() => {
      if (kept.get(source) === entry) kept.delete(source);
    });
    return value;
  };
}
