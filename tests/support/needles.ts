import { randomBytes } from 'node:crypto';
import { unzipped } from './secrets.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Letters and digits that stand nowhere else, and are the same in an address, in JSON and in HTML. */
export const newCore = (start: string): string =>
  start + [...randomBytes(7)].map((byte) => BASE32[byte % BASE32.length]).join('');

const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
const inHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (char) => `&${{ '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' }[char] ?? '#39'};`);

/** What base64 makes of a text somewhere inside other bytes: three forms, without the characters that its neighbours share. */
function base64Inside(text: string): string[] {
  const bytes = Buffer.from(text);
  return [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
}

/** The ways in which one text may be written down. Made here anew: what the product's own masks forget must be found. */
export function formsOf(text: string): string[] {
  const base64 = base64Inside(text);
  const hex = Buffer.from(text).toString('hex');
  return [
    ...new Set([
      ...[text, encodeURIComponent(text), encodeURIComponent(text).toLowerCase(), percent(text)],
      ...[inJson(text), inJson(inJson(text)), inHtml(text)],
      ...[hex, hex.toUpperCase()],
      ...[...base64, ...base64.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'))],
    ]),
  ];
}

export interface Search {
  /** A secret that is known from here on. Short ones would be found everywhere and are refused. */
  add(label: string, secret: string): void;
  readonly labels: readonly string[];
  /** Looks through these bytes, and through what is packed in them. */
  look(place: string, name: string, bytes: Buffer | string): Promise<void>;
  /** What was found in a place: the secret's label and where it stood. */
  leaksIn(place: string): readonly string[];
  /** Names of what was looked through in a place and held the marker. */
  marked(place: string): readonly string[];
}

const LEAST_CHARS = 8;
const SHOWN_CHARS = 60;

/** @param marker no secret: that it is found in a place proves that a secret would have been */
export function createSearch(marker: string): Search {
  const needles = new Map<string, string[]>();
  const markers = formsOf(marker);
  const leaks = new Map<string, string[]>();
  const marks = new Map<string, string[]>();
  const note = (into: Map<string, string[]>, place: string, what: string) =>
    into.set(place, [...(into.get(place) ?? []), what]);

  /** The leak and what stands around it, so that whoever reads the failure finds the place. */
  function around(bytes: Buffer, at: number): string {
    const text = bytes.subarray(Math.max(0, at - SHOWN_CHARS), at + SHOWN_CHARS).toString('latin1');
    return text.replace(/[^ -~]+/g, '·');
  }

  async function look(place: string, name: string, given: Buffer | string): Promise<void> {
    const bytes = Buffer.from(given as Buffer);
    // A file's name is read too.
    const all = Buffer.concat([Buffer.from(`${name}\n`), bytes]);
    if (markers.some((form) => all.includes(form))) note(marks, place, name);
    for (const [label, forms] of needles) {
      const form = forms.find((one) => all.includes(one));
      if (form !== undefined) note(leaks, place, `${label} in ${name}: ${around(all, all.indexOf(form))}`);
    }
    if (bytes.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004')))
      await look(place, `${name} unpacked`, await unzipped(bytes));
  }

  return {
    add(label, secret) {
      if (secret.length < LEAST_CHARS) throw new Error(`${label} is too short to be looked for.`);
      needles.set(label, formsOf(secret));
    },
    get labels() {
      return [...needles.keys()];
    },
    look,
    leaksIn: (place) => leaks.get(place) ?? [],
    marked: (place) => marks.get(place) ?? [],
  };
}
