import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

export interface Certificate {
  /** PEM. */
  key: string;
  cert: string;
}

const DAY_MS = 86_400_000;
const OIDS = {
  ecdsaWithSha256: '06082a8648ce3d040302',
  commonName: '0603550403',
  subjectAltName: '0603551d11',
  basicConstraints: '0603551d13',
} as const;

/** One ASN.1 value in DER: tag, length, content (X.690, 8.1). */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.from(content.length.toString(16).padStart(content.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (name: keyof typeof OIDS) => Buffer.from(OIDS[name], 'hex');

/** `YYMMDDHHMMSSZ`, as X.509 writes years before 2050. */
function utcTime(ms: number): Buffer {
  const text = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${text}Z`));
}

function altName(host: string): Buffer {
  if (isIPv4(host)) return der(0x87, Buffer.from(host.split('.').map(Number)));
  if (host === '::1') return der(0x87, Buffer.from('00000000000000000000000000000001', 'hex'));
  return der(0x82, Buffer.from(host, 'ascii'));
}

/**
 * A self-signed certificate (RFC 5280) for names, IPv4 addresses and `::1`, good for ten years and trusted by nobody but
 * who is handed it.
 */
export function makeCertificate(hosts: readonly string[], now = Date.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(oid('ecdsaWithSha256'));
  const name = sequence(der(0x31, sequence(oid('commonName'), der(0x0c, Buffer.from('Flotilla proxy check')))));
  // The first byte keeps the number positive and never zero.
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
  const extensions = sequence(
    sequence(oid('subjectAltName'), der(0x04, sequence(...hosts.map(altName)))),
    sequence(
      oid('basicConstraints'),
      der(0x01, Buffer.from([0xff])),
      der(0x04, sequence(der(0x01, Buffer.from([0xff])))),
    ),
  );
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    name,
    sequence(utcTime(now - DAY_MS), utcTime(now + 3_650 * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const text = sequence(body, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
  };
}
