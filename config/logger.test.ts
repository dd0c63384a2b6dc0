import { createLogger } from './logger.ts';

function logged(work: (log: ReturnType<typeof createLogger>) => void): string {
  let text = '';
  work(createLogger('t', 'info', { write: (line) => (text += line) }));
  return text;
}

describe('the log', () => {
  it('masks secrets at any depth, in lists and whatever the case of the key', () => {
    const text = logged((log) =>
      log.info(
        { a: { b: { c: { d: [{ password: 'needle' }] } } }, headers: { 'Set-Cookie': 'needle' }, kept: 'hay' },
        'm',
      ),
    );
    expect(text).not.toContain('needle');
    expect(text).toContain('hay');
  });

  it('masks credentials in addresses and tokens, in texts and in errors with their causes', () => {
    const token = `flt_admin_${'n'.repeat(30)}`;
    const error = new Error('no way to http://user:needle@proxy:1/', { cause: new Error(`refused ${token}`) });
    const text = logged((log) => {
      log.warn({ err: error }, `gone: postgresql://flotilla:needle@127.0.0.1/x`);
      log.warn(error);
    });
    expect(text).not.toMatch(/needle|nnnnnn/);
    expect(text).toContain('proxy:1');
    expect(text).toMatch(/"stack":".*logger.test/);
  });

  it('keeps status codes, and ends on what points to itself', () => {
    const self: Record<string, unknown> = { code: 429 };
    self.self = self;
    expect(logged((log) => log.info({ self }))).toMatch(/"code":429.*circular/);
  });
});
