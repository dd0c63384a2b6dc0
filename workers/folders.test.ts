import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { launchEnv } from '../activities/browser/chromium.ts';
import { keepHostFolder } from './host-folder.ts';
import { ownTemporaryFolder } from './temporary-folder.ts';

const log = pino({ level: 'silent' });
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flotilla-folders-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the folder of a host', () => {
  it('is kept while it is used, and goes a week after the host', async () => {
    await keepHostFolder(folder, 'gone', log);
    await keepHostFolder(folder, 'resting', log);
    await mkdir(join(folder, 'not-ours'));
    const age = (days: number) => new Date(Date.now() - days * 24 * 3_600_000);
    await utimes(join(folder, 'gone', 'last-used'), age(8), age(8));
    await utimes(join(folder, 'resting', 'last-used'), age(6), age(6));
    await keepHostFolder(folder, 'here', log);
    const there = ['gone', 'resting', 'not-ours', 'here'].map((name) => existsSync(join(folder, name)));
    expect(there).toEqual([false, true, true, true]);
  });

  it('holds what its processes write temporarily, and nothing of that outlives the next start', async () => {
    // Jest's process.env is a copy, which os.tmpdir does not read.
    const temporary = () => process.env.TMPDIR ?? '';
    const before = process.env.TMPDIR;
    const parent = join(folder, 'tmp', 'browser');
    // As left by a killed process, and by one that had this id in a container that was started again.
    for (const pid of [999_999_999, process.pid]) {
      await mkdir(join(parent, `pid-${pid}-killed`, 'playwright-artifacts-1'), { recursive: true });
    }
    const remove = ownTemporaryFolder(folder, 'browser');
    expect(temporary().startsWith(join(parent, `pid-${process.pid}-`))).toBe(true);
    for (const pid of [999_999_999, process.pid]) expect(existsSync(join(parent, `pid-${pid}-killed`))).toBe(false);
    await writeFile(join(temporary(), 'draft'), 'x');
    const second = ownTemporaryFolder(folder, 'browser');
    await second();
    expect(existsSync(join(temporary(), 'draft'))).toBe(true);
    const own = temporary();
    await remove();
    expect([existsSync(own), process.env.TMPDIR]).toEqual([false, before]);
  });

  it('is not the temporary folder of Chromium where its path is too long for a socket', () => {
    const long = `/${'a'.repeat(80)}`;
    expect(launchEnv({ TMPDIR: long, A: 'b', C: undefined })).toEqual({ TMPDIR: '/tmp', A: 'b' });
    expect(launchEnv({ TMPDIR: '/data/hosts/a/tmp' })).toEqual({ TMPDIR: '/data/hosts/a/tmp' });
  });
});
