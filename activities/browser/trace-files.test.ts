import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTraceFiles, tracesIn } from './trace-files.ts';

describe('files of recordings', () => {
  let parent: string;
  let folder: string;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'trace-files-'));
    folder = tracesIn(parent);
    await mkdir(join(folder, 'resources'), { recursive: true });
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));

  const write = (name: string, text = 'x') => writeFile(join(folder, name), text);
  const write1990 = async (name: string) => {
    await write(name);
    await utimes(join(folder, name), 0, 0);
  };
  const files = async () => (await readdir(folder, { recursive: true })).filter((name) => name !== 'resources').sort();

  it('are gone when the last recording has ended, whoever wrote them', async () => {
    const traces = createTraceFiles(folder);
    const [one, other] = [traces.begin(), traces.begin()];
    for (const name of [one, other]) {
      for (const rest of ['.trace', '-chunk1.trace', '.network', '-pwnetcopy-2.network', '.stacks'])
        await write(name + rest);
    }
    await write('resources/a1.dat');
    await traces.end(one);
    expect((await files()).filter((name) => name.startsWith(one))).toEqual([]);
    expect(await files()).toHaveLength(6);
    await traces.end(other);
    await traces.end(other);
    expect(await files()).toEqual([]);
  });

  it('stay where another recording names them or may still name them, and go after it', async () => {
    const traces = createTraceFiles(folder, 20);
    const [ended, running] = [traces.begin(), traces.begin()];
    await write(`${ended}.network`, '{"_file":"resources/own.dat"}{"_file":"resources/shared.css"}');
    await write(`${running}.network`, '{"_file":"resources/shared.css"}');
    for (const name of ['own.dat', 'shared.css']) await write1990(`resources/${name}`);
    // An upload of the running one, not answered yet.
    await write('resources/body.dat');
    await traces.end(ended);
    while ((await files()).includes('resources/own.dat')) await new Promise((done) => setTimeout(done, 10));
    expect(await files()).toEqual([`${running}.network`, 'resources/body.dat', 'resources/shared.css'].sort());
    await traces.end(running);
    expect(await files()).toEqual([]);
  });

  it('that are written when their recording has ended go too', async () => {
    const traces = createTraceFiles(folder, 20);
    const name = traces.begin();
    await traces.end(name);
    await write(`${name}.trace`);
    await write('resources/late.dat');
    while ((await files()).length > 0) await new Promise((done) => setTimeout(done, 10));
  });
});
