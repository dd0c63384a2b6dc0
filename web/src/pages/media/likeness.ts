import { thousandths } from '../../i18n/intl.ts';

/** SSIM as people compare it. */
export const likeness = (ssim: number | null): string => (ssim === null ? '–' : thousandths().format(ssim));
