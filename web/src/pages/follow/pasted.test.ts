import { namesIn, withLines } from './pasted.ts';

describe('pasted user names', () => {
  it('are one a line or separated by commas, and empty lines are none', () => {
    expect(namesIn('@ada\n\n grace , mary;\n')).toEqual([
      { text: '@ada', line: 1 },
      { text: 'grace', line: 3 },
      { text: 'mary', line: 3 },
    ]);
    expect(namesIn(' \n\n')).toEqual([]);
  });

  it('are reported by the lines that they were pasted on', () => {
    const report = {
      added: 1,
      duplicates: [{ line: 3, username: 'ADA' }],
      duplicatesTotal: 1,
      rejected: [{ line: 2, message: 'No name' }],
      rejectedTotal: 1,
    };
    const found = withLines(report, namesIn('ada\n\nno name\nADA'));
    expect([found.duplicates[0]?.line, found.rejected[0]?.line]).toEqual([4, 3]);
  });
});
