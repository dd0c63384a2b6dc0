import { z } from 'zod';
import type { FaultOrder } from '../../sandbox/faults.ts';
import { createApiClient } from '../../stack/api-client.ts';

const postSchema = z.object({
  id: z.string(),
  caption: z.string(),
  location: z.string().nullable(),
  mentions: z.array(z.string()),
  mediaSha256: z.string(),
  state: z.string(),
});

const truthSchema = z.object({
  accounts: z.array(
    z.object({
      username: z.string(),
      logins: z.int(),
      loginFailures: z.int(),
      suspended: z.boolean(),
      bio: z.string(),
      bioChanges: z.array(z.unknown()),
      avatarSha256: z.string().nullable(),
      follows: z.array(z.string()),
      followChanges: z.array(z.unknown()),
      posts: z.array(postSchema),
      clips: z.array(postSchema),
      duplicates: z.array(z.unknown()),
    }),
  ),
});
export type Truth = z.infer<typeof truthSchema>['accounts'][number];

const accountsSchema = z.object({
  accounts: z.array(z.object({ username: z.string(), password: z.string(), totpSecret: z.string().optional() })),
});
export type SiteAccount = z.infer<typeof accountsSchema>['accounts'][number];

const mailboxSchema = z.object({ messages: z.array(z.object({ code: z.string() })) });

const faultsSchema = z.object({ faults: z.array(z.object({ fault: z.string(), hits: z.int() })) });

/** What tests order of the sandbox site, and what it says really happened. */
export function sandboxControl(url: string) {
  const site = createApiClient(url);
  return {
    addAccounts: async (order: { count: number; prefix: string; totp?: boolean }) =>
      (await site.post('/_control/accounts', order, accountsSchema)).accounts,
    /** Replaces all faults. */
    break: async (...faults: FaultOrder[]) => (await site.post('/_control/faults', { faults }, faultsSchema)).faults,
    faults: async () => (await site.get('/_control/faults', faultsSchema)).faults,
    /** The code of the newest message in the account's mailbox. */
    async codeFor(username: string): Promise<string> {
      const { messages } = await site.get(`/_control/mailbox/${username}`, mailboxSchema);
      const code = messages.at(-1)?.code;
      if (!code) throw new Error(`No code was sent to ${username}.`);
      return code;
    },
    /** Signs in as a person would and looks at an address. @returns the page */
    async lookAt(address: string, { username, password }: SiteAccount): Promise<{ status: number; html: string }> {
      const body = new URLSearchParams({ username, password });
      const signedIn = await fetch(new URL('/login', url), { method: 'POST', body, redirect: 'manual' });
      const cookie = signedIn.headers.getSetCookie().map((one) => one.split(';')[0]);
      const shown = await fetch(address, { headers: { cookie: cookie.join('; ') } });
      return { status: shown.status, html: await shown.text() };
    },
    /** Answers the challenge that waits for the account, with the code from its mail, as its owner would. */
    async confirm({ username, password }: SiteAccount): Promise<void> {
      const send = (path: string, fields: Record<string, string>, cookie = '') =>
        fetch(new URL(path, url), {
          method: 'POST',
          headers: { cookie },
          body: new URLSearchParams(fields),
          redirect: 'manual',
        });
      const signedIn = await send('/login', { username, password });
      const cookie = signedIn.headers.getSetCookie().map((one) => one.split(';')[0]);
      const { messages } = await site.get(`/_control/mailbox/${username}`, mailboxSchema);
      const code = messages.at(-1)?.code ?? '';
      const answer = await send('/challenge', { code }, cookie.join('; '));
      if (answer.status !== 303) throw new Error(`The code was not taken: ${answer.status}`);
    },
    restore: (username: string) => site.post('/_control/restore', { username }, z.unknown()),
    /** In the order of `usernames`. */
    async truth(usernames: readonly string[]): Promise<Truth[]> {
      const { accounts } = await site.get('/_control/truth', truthSchema);
      return usernames.map((name) => {
        const found = accounts.find(({ username }) => username === name);
        if (!found) throw new Error(`The sandbox site has no account ${name}.`);
        return found;
      });
    },
  };
}

export type SandboxControl = ReturnType<typeof sandboxControl>;
