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

  it('takes the standard variables of OpenTelemetry, and says what is wrong with one before anything is sent', () => {
    const env = readEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_TRACES_SAMPLER_ARG: '0.25' });
    expect(env.OTEL_EXPORTER_OTLP_ENDPOINT).toBe('http://collector:4318');
    expect(env.OTEL_TRACES_SAMPLER_ARG).toBe(0.25);
    expect(readEnv({ OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic eA==,tenant=a' })).toBeDefined();
    expect(() => readEnv({ OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://c' })).toThrow(/^OTEL_EXPORTER_OTLP_ENDPOINT .* http/);
    expect(() => readEnv({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })).toThrow(
      /^OTEL_EXPORTER_OTLP_PROTOCOL .* http\/json/,
    );
    expect(() => readEnv({ OTEL_EXPORTER_OTLP_HEADERS: 'Basic' })).toThrow(/^OTEL_EXPORTER_OTLP_HEADERS .* name=value/);
    expect(() => readEnv({ OTEL_TRACES_SAMPLER: 'sometimes' })).toThrow(/^OTEL_TRACES_SAMPLER /);
    expect(() => readEnv({ OTEL_TRACES_SAMPLER_ARG: '25' })).toThrow(/^OTEL_TRACES_SAMPLER_ARG /);
  });

  it('takes networks of both families', () => {
    const { FLOTILLA_ALLOWED_NETWORKS } = readEnv({ FLOTILLA_ALLOWED_NETWORKS: '10.1.0.0/16, fd00::/8,127.0.0.1/32' });
    expect(FLOTILLA_ALLOWED_NETWORKS).toEqual(['10.1.0.0/16', 'fd00::/8', '127.0.0.1/32']);
    expect(readEnv({}).FLOTILLA_ALLOWED_NETWORKS).toEqual([]);
  });

  it.each([
    ['10.1.0.0', '"10.1.0.0" is no network such as 10.1.0.0/16 or fd00::/8'],
    ['10.1.0.0/33', '"10.1.0.0/33" is no network such as 10.1.0.0/16 or fd00::/8'],
    ['10.1/16', 'is no network such as 10.1.0.0/16 or fd00::/8'],
    ['internal.example/8', 'is no network such as 10.1.0.0/16 or fd00::/8'],
    ['10.1.2.3/16', '"10.1.2.3/16" is no network: it begins at 10.1.0.0/16'],
    ['::ffff:7f00:0/104', 'is IPv4 written as IPv6; write it as IPv4'],
  ])('stops at the network %s with one sentence', (network, sentence) => {
    const read = () => readEnv({ FLOTILLA_ALLOWED_NETWORKS: `127.0.0.0/8,${network}` });
    expect(read).toThrow(`FLOTILLA_ALLOWED_NETWORKS is not usable: `);
    expect(read).toThrow(`${sentence}.`);
  });

  it('names the variable that is wrong', () => {
    expect(() => readEnv({ PORT: 'eighty' })).toThrow(/^PORT is not usable/);
  });
});
