import { currentLocale } from './index.ts';

/** One formatter a locale, as making one costs more than using it. */
function perLocale<Made>(make: (locale: string) => Made): () => Made {
  const made = new Map<string, Made>();
  return () => {
    const locale = currentLocale();
    let one = made.get(locale);
    if (!one) {
      one = make(locale);
      made.set(locale, one);
    }
    return one;
  };
}

const dates = new Map<string, Intl.DateTimeFormat>();

/** A date in the chosen language, in the viewer's time zone unless another is named. */
export function formatDate(at: number | Date, options: Intl.DateTimeFormatOptions): string {
  const key = `${currentLocale()} ${JSON.stringify(options)}`;
  let format = dates.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(currentLocale(), options);
    dates.set(key, format);
  }
  return format.format(at);
}

export const numbers = perLocale((locale) => new Intl.NumberFormat(locale));
export const tenths = perLocale((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
/** Three digits, so that 0.999 is not 1. */
export const thousandths = perLocale(
  (locale) => new Intl.NumberFormat(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 }),
);
export const shares = perLocale(
  (locale) => new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }),
);
export const compactNumbers = perLocale(
  (locale) => new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }),
);
export const relativeTimes = perLocale(
  (locale) => new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' }),
);
export const lists = perLocale((locale) => new Intl.ListFormat(locale, { type: 'conjunction' }));
