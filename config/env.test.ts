import { readEnv } from './env.ts';

describe('the environment', () => {
  it('has a default for everything', () => {
    const env = readEnv({});
    expect(env.PORT).toBe(3000);
    expect(env.temporalAddress).toBe('127.0.0.1:7233');
  });

  it('counts an empty variable as not set', () => {
    expect(readEnv({ PORT: '' }).PORT).toBe(3000);
  });

  it('names the variable that is wrong', () => {
    expect(() => readEnv({ PORT: 'eighty' })).toThrow(/^PORT is not usable/);
  });
});
