import { randomUUID } from 'node:crypto';
import { makeAccounts, makeVideo } from './door/test-data.ts';
import type { TestApi } from './testing.ts';
import { startTestApi } from './testing.ts';

describe('the filters of lists', () => {
  let api: TestApi;
  let taskId = '';
  let scheduleId = '';
  let accountId = '';
  beforeAll(async () => {
    api = await startTestApi();
    const { db } = api.deps;
    const proxy = { protocol: 'http', host: 'a.example', port: 1 };
    const used = await db.proxy.create({ data: { ...proxy, name: 'Berlin', country: 'DE', status: 'healthy' } });
    await db.proxy.create({ data: { ...proxy, name: 'Lisbon', host: 'user:hunter2@b.example', status: 'failing' } });
    await db.proxy.create({ data: { ...proxy, name: 'Porto', protocol: 'socks5', spare: true } });
    const ids = await makeAccounts(api, 'listed-', 3);
    accountId = ids[0] ?? '';
    await db.account.update({ where: { id: accountId }, data: { proxyId: used.id } });
    await makeVideo(api, 'news.mp4');
    await db.mediaAsset.updateMany({ data: { createdAt: new Date('2000-06-01T00:00:00Z') } });
    await makeVideo(api, 'weather.mp4');
    await db.$executeRaw`UPDATE "MediaAsset" SET sha256 = encode(sha256("fileName"::bytea), 'hex')`;
    taskId = randomUUID();
    scheduleId = randomUUID();
    const task = { params: {}, selection: {}, window: 1, total: 3, workflowId: `bulk/${taskId}`, createdById: 'Grace' };
    await db.bulkTask.create({ data: { ...task, id: taskId, kind: 'login', name: 'Morning', scheduleId } });
    const other = {
      ...task,
      workflowId: 'bulk/other',
      createdById: 'Ada',
      createdAt: new Date('2000-06-01T00:00:00Z'),
    };
    await db.bulkTask.create({ data: { ...other, kind: 'upload', name: 'Evening', state: 'completed' } });
    const failed = { state: 'failed', errorType: 'Throttled', fingerprint: '0123456789abcdef' };
    await db.accountTask.createMany({
      data: ids.map((id, ordinal) => ({
        ...{ taskId, ordinal, accountId: id, username: `listed-${ordinal}`, plan: {} },
        ...(ordinal === 1 ? failed : {}),
      })),
    });
    const error = { source: 'worker/browser', type: 'Throttled', message: 'Slow down.' };
    await db.errorLog.create({ data: { ...error, accountId, step: 'publish' } });
    await db.errorLog.create({ data: { ...error, step: 'logIn' } });
  });
  afterAll(async () => {
    await api?.stop();
  });

  const names = async (path: string, field: string): Promise<string[]> => {
    const { status, json, text } = await api.call(path);
    expect(`${status} ${status === 200 ? '' : text}`).toBe('200 ');
    return (json.items as unknown as Record<string, string>[]).map((item) => item[field] ?? '').sort();
  };

  it.each([
    ['', ['Berlin', 'Lisbon', 'Porto']],
    ['status=healthy', ['Berlin']],
    ['status=failing,unknown', ['Lisbon', 'Porto']],
    ['protocol=socks5', ['Porto']],
    ['country=DE', ['Berlin']],
    ['spare=true', ['Porto']],
    ['spare=false&used=false', ['Lisbon']],
    ['used=true', ['Berlin']],
    ['q=LIS', ['Lisbon']],
    ['q=a.exam', ['Berlin', 'Porto']],
    ['q=hunter', []],
  ])('choose proxies by %s', async (search, expected) => {
    expect(await names(`/api/proxies?${search}`, 'name')).toEqual(expected);
  });

  it.each([
    ['kind=login', ['Morning']],
    ['kind=login,upload', ['Evening', 'Morning']],
    ['q=EVEN', ['Evening']],
    ['createdBy=Ada', ['Evening']],
    ['createdFrom=2001-01-01T00:00:00Z', ['Morning']],
    ['createdTo=2001-01-01T00:00:00Z&state=completed', ['Evening']],
  ])('choose bulk tasks by %s', async (search, expected) => {
    expect(await names(`/api/bulk?${search}`, 'name')).toEqual(expected);
  });

  it('choose the bulk tasks of one schedule, and of one kind by its name', async () => {
    expect(await names(`/api/bulk?scheduleId=${scheduleId}`, 'name')).toEqual(['Morning']);
    expect(await names('/api/bulk/login?q=even', 'name')).toEqual([]);
    expect((await api.call('/api/bulk?kind=nonsense')).status).toBe(400);
  });

  it.each([
    ['q=LISTED-2', ['listed-2']],
    ['q=nobody', []],
    ['errorType=Throttled', ['listed-1']],
    ['fingerprint=0123456789abcdef', ['listed-1']],
    ['fingerprint=0123456789abcde0', []],
    ['state=failed,pending&q=isted', ['listed-0', 'listed-1', 'listed-2']],
  ])('choose account tasks by %s, in the list and in the export', async (search, expected) => {
    const path = `/api/bulk/login/${taskId}/accounts`;
    expect(await names(`${path}?${search}`, 'username')).toEqual(expected);
    const csv = await api.call(`${path}/export?${search}`);
    expect(csv.text.trim().split('\r\n').length - 1).toBe(expected.length);
  });

  it('choose errors of one account, and of one step', async () => {
    expect(await names(`/api/errors?accountId=${accountId}`, 'step')).toEqual(['publish']);
    expect(await names('/api/errors?step=logIn', 'step')).toEqual(['logIn']);
    expect(await names(`/api/errors/groups?accountId=${randomUUID()}`, 'title')).toEqual([]);
  });

  it('choose media by when they came', async () => {
    expect(await names('/api/media?createdTo=2001-01-01T00:00:00Z', 'fileName')).toEqual(['news.mp4']);
    expect(await names('/api/media?createdFrom=2001-01-01T00:00:00Z', 'fileName')).toEqual(['weather.mp4']);
  });
});
