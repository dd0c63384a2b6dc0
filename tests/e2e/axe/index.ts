import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const THEMES = ['light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** What hurts people: the findings of these impacts must be none. */
const GRAVE = ['serious', 'critical'];

/**
 * What axe finds wrong with the page as it stands, in both themes unless told: one line a rule and place. Wait for the
 * page's own content before, as skeletons are judged too.
 */
export async function findingsOf(page: Page, themes: readonly Theme[] = THEMES): Promise<string[]> {
  const found: string[] = [];
  for (const theme of themes) {
    await page.evaluate((value) => {
      const { document } = globalThis as unknown as {
        document: { documentElement: { setAttribute: (name: string, value: string) => void } };
      };
      document.documentElement.setAttribute('data-mantine-color-scheme', value);
    }, theme);
    // Colours move for a moment when the theme changes.
    await page.waitForTimeout(350);
    // In frames of its own axe would be held back by the content security policy.
    const { violations } = await new AxeBuilder({ page: page as never }).setLegacyMode().analyze();
    for (const { id, impact, nodes } of violations) {
      if (!GRAVE.includes(impact ?? '')) continue;
      for (const node of nodes) found.push(`${theme}: ${id}: ${node.target.join(' ')}: ${node.failureSummary ?? ''}`);
    }
  }
  return found;
}
