import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import pg from 'pg';
import type { Readiness } from './service.ts';

const TRY_TIMEOUT_MS = 3_000;

/** Where the current run of a service stands in its log file. */
export interface LogPosition {
  file: string;
  /** Bytes. */
  from: number;
}

/** Asks a service once whether it is ready. Never throws. */
export async function isReady(readiness: Readiness, log: LogPosition): Promise<boolean> {
  switch (readiness.kind) {
    case 'http':
      return answersHttp(readiness.url);
    case 'tcp':
      return acceptsTcp(readiness.host, readiness.port);
    case 'postgres':
      return answersSql(readiness.databaseUrl);
    case 'temporal':
      return knowsSearchAttributes(readiness.address, readiness.namespace, readiness.searchAttributes);
    case 'log':
      return readiness.pattern.test(readLog(log));
    case 'done':
      return false;
  }
}

/** What a service wrote since it was started, at most the last 256 KiB. */
export function readLog(log: LogPosition): string {
  let descriptor: number;
  try {
    descriptor = openSync(log.file, 'r');
  } catch {
    return '';
  }
  try {
    const end = fstatSync(descriptor).size;
    const start = Math.max(log.from, end - 256 * 1024);
    const buffer = Buffer.alloc(Math.max(0, end - start));
    readSync(descriptor, buffer, 0, buffer.length, start);
    return buffer.toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

async function answersHttp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TRY_TIMEOUT_MS), redirect: 'manual' });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false;
  }
}

function acceptsTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: TRY_TIMEOUT_MS });
    const settle = (ready: boolean) => {
      socket.destroy();
      resolve(ready);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.once('error', () => settle(false));
  });
}

async function answersSql(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: TRY_TIMEOUT_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Calls ListSearchAttributes of temporal.api.operatorservice.v1 and looks for the names in the answer.
 * By hand, since loading a gRPC client takes longer than the server takes to start.
 */
function knowsSearchAttributes(address: string, namespace: string, names: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const session = connectHttp2(`http://${address}`);
    const settle = (ready: boolean) => {
      clearTimeout(timer);
      session.destroy();
      resolve(ready);
    };
    const timer = setTimeout(() => settle(false), TRY_TIMEOUT_MS);
    session.once('error', () => settle(false));
    const request = session.request({
      ':method': 'POST',
      ':path': '/temporal.api.operatorservice.v1.OperatorService/ListSearchAttributes',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('error', () => settle(false));
    request.once('end', () => {
      const answer = Buffer.concat(chunks);
      settle(answer.length > 0 && names.every((name) => answer.includes(name)));
    });
    request.end(grpcFrame(namespace));
  });
}

/** A gRPC message with one text as field 1: flag, length, then protobuf tag, length and bytes (texts below 128 bytes). */
function grpcFrame(text: string): Buffer {
  const bytes = Buffer.from(text);
  const message = Buffer.concat([Buffer.from([0x0a, bytes.length]), bytes]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}
