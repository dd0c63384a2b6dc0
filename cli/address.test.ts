import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findAddress, findDashboard } from './address.ts';

describe('where the command line finds the API and its token', () => {
  let data: string;
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'flotilla-cli-'));
    mkdirSync(join(data, 'keys'));
    writeFileSync(join(data, 'keys', 'admin-token'), 'flt_admin_of_this_machine\n');
  });
  afterAll(() => rm(data, { recursive: true, force: true }));
  const here = () => ({ FLOTILLA_DATA: data, PORT: '3456' });

  it('is this machine with its key file when nothing is said', () => {
    expect(findAddress({}, here())).toMatchObject({
      apiUrl: 'http://127.0.0.1:3456',
      token: 'flt_admin_of_this_machine',
    });
  });

  it('knows where people open the dashboard, with no token at all', () => {
    const without = { FLOTILLA_DATA: join(data, 'none'), PORT: '3456' };
    expect(findDashboard({}, without)).toBe('http://localhost:3456');
    expect(findDashboard({}, { ...without, PUBLIC_URL: 'https://flotilla.example' })).toBe('https://flotilla.example');
    expect(findDashboard({ api: 'https://other.example' }, without)).toBe('https://other.example');
  });

  it('is what the options say before what the environment says', () => {
    const env = { ...here(), FLOTILLA_API_URL: 'https://env.example', FLOTILLA_TOKEN: 'of-env' };
    expect(findAddress({}, env)).toMatchObject({ apiUrl: 'https://env.example', token: 'of-env' });
    expect(findAddress({ api: 'https://option.example/', token: 'of-option' }, env)).toMatchObject({
      apiUrl: 'https://option.example',
      token: 'of-option',
      tokenFrom: '--token',
    });
  });

  it("never sends this machine's own token to another one", () => {
    for (const own of [here(), { ...here(), FLOTILLA_ADMIN_TOKEN: 'flt_admin_of_the_environment' }]) {
      expect(() => findAddress({ api: 'https://elsewhere.example' }, own)).toThrow(
        'No token for https://elsewhere.example',
      );
      expect(() => findAddress({ api: 'http://127.0.0.1.evil.example' }, own)).toThrow('No token');
      expect(() => findAddress({ api: 'http://localhost@evil.example' }, own)).toThrow('No token');
    }
    expect(findAddress({ api: 'http://localhost:9999' }, here()).token).toBe('flt_admin_of_this_machine');
  });

  it('says where the token was looked for', () => {
    const empty = { FLOTILLA_DATA: join(data, 'none') };
    expect(() => findAddress({}, empty)).toThrow(`${join(data, 'none', 'keys', 'admin-token')} does not exist`);
  });

  it('refuses what is no address', () => {
    for (const api of ['localhost:3000', 'ftp://localhost', 'x']) {
      expect(() => findAddress({ api }, here())).toThrow('--api must be an address');
    }
  });
});
