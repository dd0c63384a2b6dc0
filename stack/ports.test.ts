import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { findFreePorts, isPortFree } from './ports.ts';

const MODULE = new URL('./ports.ts', import.meta.url).href;
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Asks for ports in a process of its own, which then ends. */
function portsOfAnotherProcess(count: number): number[] {
  const code = `import { findFreePorts } from '${MODULE}'; console.log(JSON.stringify(await findFreePorts(${count})));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', code], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (stderr) throw new Error(stderr);
  return JSON.parse(stdout) as number[];
}

describe('free ports', () => {
  it('are below those that systems give away in passing', async () => {
    const text = (() => {
      try {
        return readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
      } catch {
        return '49152 65535';
      }
    })();
    const [firstOfSystem = 0] = text.trim().split(/\s+/).map(Number);
    for (const port of await findFreePorts(20)) expect(port).toBeLessThan(firstOfSystem);
  });

  it('are given once, to callers at once as well', async () => {
    const given = (await Promise.all([findFreePorts(40), findFreePorts(40)])).flat();
    expect(new Set(given).size).toBe(80);
  });

  it('are not given again by another process while their owner lives', async () => {
    // More than half of all there are, so that another process would all but surely meet one.
    const mine = new Set(await findFreePorts(1_500));
    const others = portsOfAnotherProcess(1_500);
    expect(others.filter((port) => mine.has(port))).toEqual([]);
    expect(others).toHaveLength(1_500);
  });

  it('come back when their owner has ended', async () => {
    const before = portsOfAnotherProcess(1_500);
    const after = portsOfAnotherProcess(3_000);
    expect(after.some((port) => before.includes(port))).toBe(true);
  });

  it('are not those on which somebody listens', async () => {
    const [port = 0] = await findFreePorts(1);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    expect(await isPortFree(port)).toBe(false);
    await new Promise((resolve) => server.close(resolve));
    expect(await isPortFree(port)).toBe(true);
  });
});
