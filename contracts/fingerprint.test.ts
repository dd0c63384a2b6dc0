import { causeOf, titleOf } from './fingerprint.ts';

const of = (message: string, type = 'Unavailable', source = 'worker/browser') => causeOf({ source, type, message });

describe('the cause of an error', () => {
  it.each([
    ['names in quotes', 'The account "anna" is gone.', 'The account "bob" is gone.', 'The account <name> is gone.'],
    ['names behind an @', '@anna_1 was blocked', '@bob.b was blocked', '<name> was blocked'],
    ['numbers', 'Timeout 30000ms exceeded', 'Timeout 450.5ms exceeded', 'Timeout <n>ms exceeded'],
    [
      'ids',
      'No task 0b7f9f0a-5a8e-4d3c-9c55-1f2e3d4c5b6a.',
      'No task 7c9e6679-7425-40de-944b-e07fc1f90ae7.',
      'No task <id>.',
    ],
    ['hashes', 'The file 9f86d081884c7d65 is gone', 'The file 2c26b46b68ffc68f is gone', 'The file <id> is gone'],
    [
      'addresses of pages',
      'goto https://a.example/p/1?x=2 failed',
      'goto http://b.example:81/ failed',
      'goto <url> failed',
    ],
    [
      'addresses of hosts',
      'connect ECONNREFUSED 10.0.0.1:5432',
      'connect ECONNREFUSED 192.168.7.12:80',
      'connect ECONNREFUSED <address>',
    ],
    [
      'addresses of hosts in IPv6',
      'connect ECONNREFUSED ::1',
      'connect ECONNREFUSED fe80::12ab:1',
      'connect ECONNREFUSED <address>',
    ],
    [
      'paths',
      'ENOENT: no such file, open /tmp/a/b.mp4',
      'ENOENT: no such file, open C:\\x\\y.mp4',
      'ENOENT: no such file, open <path>',
    ],
    ['times', 'Closed until 2026-11-25T12:00:01.250Z', 'Closed until 2027-01-02 03:04', 'Closed until <time>'],
  ])('leaves out %s', (_what, one, other, title) => {
    expect(titleOf(one)).toBe(title);
    expect(of(one).fingerprint).toBe(of(other).fingerprint);
  });

  it('keeps words apart, and types, sources and the status of an answer', () => {
    const fingerprints = [
      of('The button is gone.'),
      of('The field is gone.'),
      of('The button is gone.', 'PageChanged'),
      of('The button is gone.', 'Unavailable', 'worker/media'),
      of('The site answered 503.'),
      of('The site answered 404.'),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });

  it('takes apostrophes within words for no quotes, and reads and/or as words', () => {
    expect(titleOf("It doesn't answer and/or can't be reached")).toBe("It doesn't answer and/or can't be reached");
  });

  it('reads the first line alone, and names an error without words', () => {
    expect(titleOf('\n Timeout 5ms\nCall log:\n - waiting')).toBe('Timeout <n>ms');
    expect(titleOf('  ')).toBe('(no message)');
  });
});
