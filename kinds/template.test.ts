import { hashSeed, renderTemplate } from './template.ts';

const values = { username: 'ann', date: '2026-01-31', index: 3 };

describe('a template', () => {
  it('fills in user name, date and index', () => {
    expect(renderTemplate('{{username}} on {{ date }}: no. {{index}}', values, 's')).toBe('ann on 2026-01-31: no. 3');
  });

  it('draws the same choice for the same seed', () => {
    const once = renderTemplate('{a|b|c} {d|e|f}', values, 'seed');
    expect(renderTemplate('{a|b|c} {d|e|f}', values, 'seed')).toBe(once);
    expect(once).toMatch(/^[abc] [def]$/);
  });

  it('spreads choices over seeds', () => {
    const seen = new Set(Array.from({ length: 60 }, (_, i) => renderTemplate('{a|b|c}', values, `seed-${i}`)));
    expect([...seen].sort()).toEqual(['a', 'b', 'c']);
  });

  it('draws each choice of a text on its own', () => {
    const texts = Array.from({ length: 40 }, (_, i) => renderTemplate('{a|b}{a|b}', values, `seed-${i}`));
    expect(new Set(texts).size).toBe(4);
  });

  it('keeps what it does not know', () => {
    expect(renderTemplate('{{nobody}} {alone} }{', values, 's')).toBe('{{nobody}} {alone} }{');
  });

  it('may choose nothing', () => {
    const texts = new Set(Array.from({ length: 20 }, (_, i) => renderTemplate('x{|!}', values, `${i}`)));
    expect([...texts].sort()).toEqual(['x', 'x!']);
  });
});

describe('the seed hash', () => {
  it('is the same on every machine', () => {
    expect(hashSeed('flotilla')).toBe(hashSeed('flotilla'));
    expect(hashSeed('a')).not.toBe(hashSeed('b'));
  });
});
