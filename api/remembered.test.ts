import { remembered } from './remembered.ts';

describe('a reading that is remembered', () => {
  let now = 0;
  beforeEach(() => {
    now = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  /** Readings that end when they are told to; the answer is the number of the reading. */
  function readings(times: Parameters<typeof remembered>[0]) {
    const begun: { key: unknown; end(): void; fail(): void }[] = [];
    const source = {};
    const ask = remembered(
      times,
      (_source: object, key: string) =>
        new Promise<number>((resolve, reject) => {
          const nth = begun.length + 1;
          begun.push({ key, end: () => resolve(nth), fail: () => reject(new Error(`no ${nth}`)) });
        }),
    );
    return { begun, source, ask: (key = 'a', of: object = source) => ask(of, key), forget: () => ask.forget(source) };
  }
  const settled = () => new Promise((done) => setImmediate(done));

  it('is shared by those who ask while it is taken, and kept for its time', async () => {
    const { begun, ask } = readings({ ms: 100 });
    const both = Promise.all([ask(), ask()]);
    begun[0]!.end();
    expect(await both).toEqual([1, 1]);
    now += 99;
    expect(await ask()).toBe(1);
    now += 2;
    const next = ask();
    begun[1]!.end();
    expect(await next).toBe(2);
    expect(begun).toHaveLength(2);
  });

  it('is apart for each key and each source, and only so many keys are kept', async () => {
    const { begun, ask } = readings({ ms: 100, most: 2 });
    const asked = Promise.all([ask('a'), ask('b'), ask('a', {})]);
    for (const one of begun) one.end();
    expect(await asked).toEqual([1, 2, 3]);
    expect(begun.map(({ key }) => key)).toEqual(['a', 'b', 'a']);
    const [third, again] = [ask('c'), ask('a')];
    for (const one of begun) one.end();
    expect(await Promise.all([third, again])).toEqual([4, 5]);
    expect(await ask('c')).toBe(4);
  });

  it('gives the old answer while a new one is taken, for as long as is allowed', async () => {
    const { begun, ask } = readings({ ms: 100, staleMs: 50 });
    const first = ask();
    begun[0]!.end();
    await first;
    now += 120;
    expect([await ask(), await ask()]).toEqual([1, 1]);
    expect(begun).toHaveLength(2);
    begun[1]!.end();
    await settled();
    expect(await ask()).toBe(2);
    now += 151;
    const late = ask();
    begun[2]!.end();
    expect(await late).toBe(3);
  });

  it('does not keep a failure, which reaches only those who wait for it', async () => {
    const { begun, ask } = readings({ ms: 100, staleMs: 50 });
    const failing = ask();
    begun[0]!.fail();
    await expect(failing).rejects.toThrow('no 1');
    const second = ask();
    begun[1]!.end();
    expect(await second).toBe(2);
    now += 120;
    expect(await ask()).toBe(2);
    begun[2]!.fail();
    await settled();
    expect(await ask()).toBe(2);
    begun[3]!.end();
    await settled();
    expect(await ask()).toBe(4);
  });

  it('is taken anew once it is forgotten, a reading that had begun before included', async () => {
    const { begun, ask, forget } = readings({ ms: 100, staleMs: 50 });
    const before = ask();
    forget();
    const after = ask();
    expect(begun).toHaveLength(2);
    begun[1]!.end();
    begun[0]!.end();
    expect([await before, await after]).toEqual([1, 2]);
    expect(await ask()).toBe(2);
  });
});
