import type { Page } from 'playwright-core';

/**
 * How the consent dialogs of common providers are accepted. One line a provider: the dialog's own button, by the
 * selector that the provider documents or has used for years. Sites without such a dialog are left as they are.
 */
const RULES: readonly { provider: string; button: string }[] = [
  { provider: 'OneTrust', button: '#onetrust-accept-btn-handler' },
  { provider: 'Cookiebot', button: '#CybotCookiebotDialogBodyLevelButtonLevelOptinAllowAll' },
  { provider: 'Didomi', button: '#didomi-notice-agree-button' },
  { provider: 'Usercentrics', button: '[data-testid="uc-accept-all-button"]' },
  { provider: 'Quantcast', button: '.qc-cmp2-summary-buttons button[mode="primary"]' },
  { provider: 'Sourcepoint', button: 'button.sp_choice_type_11' },
  { provider: 'CookieYes', button: '.cky-btn-accept' },
  { provider: 'Complianz', button: '.cmplz-btn.cmplz-accept' },
  { provider: 'TrustArc', button: '#truste-consent-button' },
];

const ANY_RULE = RULES.map(({ button }) => button).join(', ');
/** Dialogs are often put up a moment after the page. */
const APPEARS_WITHIN_MS = 2_500;

/** Accepts the site's own consent dialog where a rule says how. @returns whether one was there and went away */
export async function acceptConsent(page: Page, signal: AbortSignal): Promise<boolean> {
  const button = page.locator(ANY_RULE).first();
  try {
    await button.waitFor({ state: 'visible', timeout: APPEARS_WITHIN_MS, signal });
    await button.click({ timeout: APPEARS_WITHIN_MS, signal });
    await button.waitFor({ state: 'hidden', timeout: APPEARS_WITHIN_MS, signal });
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}
