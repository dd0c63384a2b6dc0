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

  it('names the variable that is wrong', () => {
    expect(() => readEnv({ PORT: 'eighty' })).toThrow(/^PORT is not usable/);
  });
});
