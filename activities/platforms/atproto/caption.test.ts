import { captionOf, textOf } from './caption.ts';

const post = (caption: string, location: string | null = null, mentions: string[] = []) => ({
  caption,
  location,
  mentions,
});

describe('the text of a post', () => {
  it('is the caption, where there is nothing to add', () => {
    expect(textOf(post('Ahoy'))).toBe('Ahoy');
    expect(textOf(post('Ahoy @ada.test, and @Ben.test.', null, ['ada.test', '@ben.test']))).toBe(
      'Ahoy @ada.test, and @Ben.test.',
    );
  });

  it('names the place, and those who are mentioned and not in the caption, below it', () => {
    expect(textOf(post('Ahoy @ada.test', 'Kiel,\n Germany', ['@ada.test', 'ben.test', '@cleo.test']))).toBe(
      'Ahoy @ada.test\n\n📍 Kiel, Germany\nwith @ben.test @cleo.test',
    );
    expect(textOf(post('Ahoy @ada.tester', null, ['ada.test']))).toBe('Ahoy @ada.tester\n\nwith @ada.test');
  });

  it.each([
    ['Ahoy', null, []],
    ['Ahoy', 'Kiel', []],
    ['Ahoy\n\nand far', null, ['ada.test', 'ben.test']],
    ['', 'Kiel', ['ada.test']],
    ['We sail\n\nwith the wind', null, []],
  ] as const)('%j is found again as the caption (place %j, mentions %j)', (caption, location, mentions) => {
    expect(captionOf(textOf(post(caption, location, [...mentions])))).toBe(caption);
  });
});
