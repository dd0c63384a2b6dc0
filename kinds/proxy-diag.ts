import { z } from 'zod';
import { defineKind } from './define.ts';

export interface ProxyDiagPlan {
  proxyId: string | null;
  repair: boolean;
  requests: number;
  stabilitySeconds: number;
}

/** Looks at each account's proxy, from its address to its stability; with `repair` it also does something about it. */
export const proxyDiag = defineKind({
  name: 'proxy-diag',
  title: 'Check proxies',
  description: "Checks each account's proxy, and repairs it or switches to a spare where that was ordered.",
  needs: [],
  queue: 'network',
  uses: 'secret',
  failuresAreFindings: true,
  params: z
    .object({
      repair: z.boolean().default(false).meta({
        title: 'Repair',
        description: 'Puts the address right, tries the other scheme, else gives the account a healthy spare.',
      }),
      requests: z.int().min(0).max(100).default(10).meta({
        title: 'Requests',
        description: 'How many the latency is taken of; 0 leaves it out.',
      }),
      stabilitySeconds: z.int().min(0).max(300).default(60).meta({
        title: 'Watched for, seconds',
        description: 'Whether it holds for that long; 0 leaves it out.',
      }),
    })
    .strict(),
  counters: ['healthy', 'unstable', 'failing', 'repaired', 'switched'],
  refuse: (_params, account) => (account.proxyId === null ? 'The account has no proxy.' : undefined),
  lastsMs: (plan: ProxyDiagPlan) => plan.stabilitySeconds * 1_000,

  plan: (params, account): ProxyDiagPlan => ({ proxyId: account.proxyId, ...params }),

  async run(ctx, _params, plan) {
    const { repair, requests, stabilitySeconds } = plan;
    const order = { requests, stabilitySeconds };
    const first = await ctx.work('checkProxy', order);
    const { status } = first.findings;
    if (status === 'healthy') {
      ctx.count('healthy');
      return { state: 'succeeded', reason: first.findings.verdict };
    }
    if (!repair) {
      ctx.count(status);
      return { state: 'failed', reason: first.findings.verdict, errorType: 'ProxyFailed' };
    }
    // What can be reached has the right address.
    const mended = status === 'failing' ? await ctx.work('repairProxy', order) : { repaired: false as const };
    const now = mended.repaired ? mended : first;
    const next =
      now.findings.status === 'healthy'
        ? null
        : await ctx.work('switchProxy', { ...order, fromProxyId: first.proxyId, because: now.findings.verdict });
    ctx.count(status);
    if (mended.repaired) ctx.count('repaired');
    if (next) ctx.count('switched');
    const said = [...(mended.repaired ? mended.changes : []), ...(next?.changes ?? [])];
    return { state: 'succeeded', reason: [...said, (next ?? now).findings.verdict].join(' ') };
  },

  examples: [
    { title: 'Look, change nothing', params: {} },
    { title: 'Look briefly and repair', params: { repair: true, requests: 3, stabilitySeconds: 0 } },
  ],
});
