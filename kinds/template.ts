/**
 * Text templates of captions and bios: `{{username}}`, `{{date}}`, `{{index}}`, and `{one|two|three}` choices.
 * A choice is drawn from a seed, so that the same account task always gets the same text.
 */
export interface TemplateValues {
  username: string;
  /** ISO 8601 date, `2026-01-31`. */
  date: string;
  /** 1-based number of the account in its task. */
  index: number;
}

/** FNV-1a over UTF-16 code units, then a murmur3 finaliser: small, stable on every machine, not for secrets. */
export function hashSeed(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Fills in a template. Unknown `{{names}}` and lone braces stay as they are, so that nothing a user wrote is lost. */
export function renderTemplate(template: string, values: TemplateValues, seed: string): string {
  let choices = 0;
  return template.replace(/\{\{\s*(\w+)\s*\}\}|\{([^{}]*\|[^{}]*)\}/g, (whole, name?: string, options?: string) => {
    if (options !== undefined) {
      const parts = options.split('|');
      choices += 1;
      return parts[hashSeed(`${seed}#${choices}`) % parts.length] ?? whole;
    }
    if (name === 'username') return values.username;
    if (name === 'date') return values.date;
    if (name === 'index') return String(values.index);
    return whole;
  });
}
