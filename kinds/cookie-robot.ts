import { z } from 'zod';
import { isListedHost } from '../contracts/visit-hosts.ts';
import { defineKind } from './define.ts';

export interface CookieRobotPlan {
  urls: string[];
}

/** Visits the operator's own list of addresses in each account's browser profile and keeps the session. */
export const cookieRobot = defineKind({
  name: 'cookie-robot',
  title: 'Refresh cookies',
  description: 'Visits your own list of addresses in the browser profile of each account and keeps the session.',
  needs: ['logIn', 'visitSites'],
  queue: 'driver',
  params: z
    .object({
      urls: z
        .array(
          z.url({ protocol: /^https?$/, error: 'Must be an address that begins with http:// or https://' }).max(2_000),
        )
        .min(1)
        .max(50)
        .meta({ title: 'Addresses', description: 'Sites of the allow-list in the settings.', format: 'urls' }),
      minutesPerUrl: z.number().min(0.05).max(10).default(0.5).meta({ title: 'Minutes an address' }),
    })
    .strict(),
  counters: ['visited', 'pages', 'consents', 'failed'],
  actions: (plan: CookieRobotPlan) => ({ browse: plan.urls.length }),
  facts: () => ({ visitHosts: true }),
  check: (params, { visitHosts }) =>
    params.urls.flatMap((url, place) => {
      const { hostname } = new URL(url);
      if (isListedHost(hostname, visitHosts)) return [];
      const message = `${hostname} is not on the allow-list of sites to visit (FLOTILLA_VISIT_HOSTS).`;
      return [{ path: `params.urls.${place}`, message }];
    }),

  plan: (params): CookieRobotPlan => ({ urls: [...new Set(params.urls)] }),

  async run(ctx, params, plan) {
    for (let place = ctx.memory.place ?? 0; place < plan.urls.length; place += 1) {
      const url = plan.urls[place] ?? '';
      ctx.memory.place = place + 1;
      const seen = await ctx.step('visitSite', { url, minutes: params.minutesPerUrl }, { action: 'browse' });
      if (seen.failure === null) ctx.count('visited');
      else ctx.count('failed');
      ctx.count('pages', seen.pages);
      if (seen.consented) ctx.count('consents');
      if (seen.failure !== null) ctx.log.warn(`${new URL(url).hostname}: ${seen.failure}`);
    }
    return { state: 'succeeded' };
  },

  examples: [{ title: 'Two sites', params: { urls: ['https://example.com/', 'https://example.org/news'] } }],
});
