/** The sandbox site behind the test: its accounts, its faults and what it really holds. */
export interface Site {
  addAccounts(usernames: readonly string[], password: string): Promise<void>;
  setFaults(faults: readonly { fault: string; rate?: number; count?: number; username?: string }[]): Promise<void>;
  postsOf(username: string): Promise<{ caption: string }[]>;
  bioOf(username: string): Promise<string | undefined>;
}

interface Truth {
  accounts: { username: string; bio: string; posts: { caption: string }[] }[];
}

export function siteAt(url: string): Site {
  const post = async (path: string, body: unknown): Promise<void> => {
    const response = await fetch(`${url}/_control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`The sandbox site answered ${response.status}: ${await response.text()}`);
  };
  const accountOf = async (username: string): Promise<Truth['accounts'][number] | undefined> => {
    const truth = (await (await fetch(`${url}/_control/truth`)).json()) as Truth;
    return truth.accounts.find((account) => account.username === username);
  };
  return {
    addAccounts: (usernames, password) =>
      post('accounts', { accounts: usernames.map((username) => ({ username, password })) }),
    setFaults: (faults) => post('faults', { faults }),
    postsOf: async (username) => (await accountOf(username))?.posts ?? [],
    bioOf: async (username) => (await accountOf(username))?.bio,
  };
}
