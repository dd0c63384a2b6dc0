import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Looks of a page at three widths and in both themes, into the folder `FLOTILLA_SHOTS`; nothing without one. */
export async function takeShots(page: Page, name: string): Promise<void> {
  const folder = process.env.FLOTILLA_SHOTS;
  if (!folder) return;
  const { width = 1440, height = 900 } = page.viewportSize() ?? {};
  for (const [each, theme] of [
    [1440, 'light'],
    [1024, 'dark'],
    [390, 'light'],
  ] as const) {
    await page.setViewportSize({ width: each, height });
    await page.emulateMedia({ colorScheme: theme });
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(folder, `${name}-${each}.png`) });
  }
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme: 'light' });
}
