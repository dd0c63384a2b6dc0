import { TaskError } from '../../contracts/errors.ts';
import { cleanMessage, createMasker, totpCodesBetween } from './secrets.ts';

const PASSWORD = 'Pa ss"w&ör<d!';

describe('masking', () => {
  it.each([
    ['as it is', PASSWORD],
    ['in an address', encodeURIComponent(PASSWORD)],
    ['in a form', new URLSearchParams({ p: PASSWORD }).toString()],
    ['in JSON', JSON.stringify({ p: PASSWORD })],
    ['in JSON in JSON', JSON.stringify({ body: JSON.stringify({ p: PASSWORD }) })],
    ['in a form in JSON', JSON.stringify({ body: new URLSearchParams({ p: PASSWORD }).toString() })],
    ['in HTML', 'Pa ss&quot;w&amp;ör&lt;d!'],
    ['in a header', Buffer.from(PASSWORD).toString('base64')],
  ])('finds a secret %s', (_where, text) => {
    const masked = createMasker([PASSWORD])(text);
    expect(masked).toContain('[masked]');
    expect(masked).not.toContain('ss');
  });

  it('masks a secret before another one that is a part of it', () => {
    expect(createMasker(['harbor', 'harbor-master'])('harbor-master, harbor')).toBe('[masked], [masked]');
  });

  it('keeps numbers numbers', () => {
    expect(JSON.parse(createMasker(['123456'])('{"at":91234560}'))).toEqual({ at: 90000000 });
  });

  it('knows the codes that a seed gives', () => {
    // RFC 6238, appendix B: the seed "12345678901234567890" at 59 s gives 94287082, of which six digits are used.
    expect(totpCodesBetween('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', 59_000, 59_000)).toContain('287082');
  });
});

describe('a cleaned message', () => {
  it('has no call log, colours, typed values or query strings', () => {
    const error = new Error(
      'locator.fill("hunter2"): \u001b[2mTimeout\u001b[22m at https://user:pw@site.example/a?token=x\nCall log:\n - fill("hunter2")',
    );
    expect(cleanMessage(error)).toBe('locator.fill([masked]): Timeout at https://site.example/a');
  });

  it('has no known secret', () => {
    expect(cleanMessage(new TaskError('PageChanged', `Saw ${PASSWORD}.`), [PASSWORD])).toBe('Saw [masked].');
  });

  it('is short', () => {
    expect(cleanMessage(new Error('x'.repeat(5_000)))).toHaveLength(400);
  });
});
