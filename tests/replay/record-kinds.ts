import { join } from 'node:path';
import sharp from 'sharp';

export interface Person {
  id: string;
  username: string;
  password: string;
}

interface Recorder {
  call<T>(method: string, path: string, body?: object): Promise<T>;
  uploadMedia(path: string): Promise<string>;
  people(prefix: string, count: number, over?: object): Promise<Person[]>;
  folder: string;
  videos: string[];
}

interface Order {
  kind: string;
  accounts(run: string): Promise<Person[]>;
  params: object;
}

/** How many accounts each recorded task has. */
const COUNT = 4;

/** An order of every kind but uploads, with what it needs beforehand. */
export async function otherKinds({ call, uploadMedia, people, folder, videos }: Recorder): Promise<Order[]> {
  const plain = (kind: string) => (run: string) => people(`${kind}-${run}`, COUNT);

  async function picture(): Promise<string> {
    const path = join(folder, 'picture.png');
    await sharp({ create: { width: 600, height: 400, channels: 3, background: 'teal' } })
      .png()
      .toFile(path);
    return uploadMedia(path);
  }

  async function category(): Promise<string> {
    const { id } = await call<{ id: string }>('POST', '/api/follow-categories', { name: 'Recorded' });
    const usernames = [...(await people('followed', 3)).map(({ username }) => username), 'nobody-here'];
    await call('POST', `/api/follow-categories/${id}/targets`, { usernames });
    return id;
  }

  /** A port that nobody listens on: the check ends soon, with a verdict. */
  async function behindProxy(run: string): Promise<Person[]> {
    const body = { name: `dead ${run}`, protocol: 'http', host: '127.0.0.1', port: 9 };
    const { id } = await call<{ id: string }>('POST', '/api/proxies', body);
    return people(`proxied-${run}`, COUNT, { proxyId: id });
  }

  async function linked(run: string): Promise<Person[]> {
    const some = await people(`linked-${run}`, COUNT);
    const accounts = { ids: some.map(({ id }) => id) };
    const upload = await call<{ id: string }>('POST', '/api/bulk/upload', { accounts, params: { mediaIds: videos } });
    await call('POST', `/api/bulk/upload/${upload.id}/start`, {});
    for (let state = ''; !state.startsWith('completed'); ) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      ({ state } = await call<{ state: string }>('GET', `/api/bulk/upload/${upload.id}/aggregate`));
    }
    for (const { id, username, password } of some) {
      const clips = { platform: 'sandbox-clips', username, password };
      const other = await call<{ id: string }>('POST', '/api/accounts', clips);
      await call('PUT', `/api/accounts/${id}/links`, { accountIds: [other.id] });
    }
    return some;
  }

  return [
    { kind: 'login', accounts: plain('login'), params: { force: true } },
    { kind: 'bio', accounts: plain('bio'), params: { texts: ['{{username}} at sea'] } },
    { kind: 'avatar', accounts: plain('avatar'), params: { mediaIds: [await picture()] } },
    { kind: 'follow', accounts: plain('follow'), params: { categoryId: await category(), perAccount: 4 } },
    {
      kind: 'warmup',
      accounts: plain('warmup'),
      params: { days: 1, sessionsPerDay: 1, minutesPerSession: 0.05 },
    },
    {
      kind: 'cookie-robot',
      accounts: plain('cookie'),
      params: { urls: ['http://127.0.0.1:9/'], minutesPerUrl: 0.05 },
    },
    {
      kind: 'proxy-diag',
      accounts: behindProxy,
      params: { requests: 1, stabilitySeconds: 0 },
    },
    { kind: 'media-uniq', accounts: plain('uniq'), params: { mediaIds: [videos[0]], recipe: { speed: [1, 1.02] } } },
    {
      kind: 'booster',
      accounts: linked,
      params: { sourcePlatform: 'sandbox', targetPlatform: 'sandbox-clips', newest: 2 },
    },
  ];
}
