import { ADDRESS_REFUSED } from '../../config/address-guard.ts';

/** What part of the way through a proxy went wrong. */
export type FaultStage = 'connect' | 'authentication' | 'http' | 'https';

/**
 * `refused` nothing listens · `silent` no answer in time · `closed` the connection was cut · `unreachable` no way there ·
 * `auth` credentials wanted or refused · `protocol` something else speaks there · `answer` not the checker's answer ·
 * `denied` the proxy would not or could not pass the request on · `tls` a certificate that is not trusted
 */
export type FaultKind =
  | 'refused'
  | 'silent'
  | 'closed'
  | 'unreachable'
  | 'auth'
  | 'protocol'
  | 'answer'
  | 'denied'
  | 'tls';

/**
 * A request through a proxy did not come through. The message is made of our own words alone: errors of sockets and
 * libraries can carry credentials, and what a proxy answers is a stranger's text.
 */
export class ProxyFault extends Error {
  override readonly name = 'ProxyFault';
  readonly stage: FaultStage;
  readonly kind: FaultKind;

  constructor(stage: FaultStage, kind: FaultKind, message: string) {
    super(message);
    this.stage = stage;
    this.kind = kind;
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

const UNREACHABLE = ['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ENETDOWN', 'EHOSTDOWN', 'EACCES', 'EINVAL'];
const NO_NAME = ['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_FAIL'];

/** The proxy's address is one that nobody may make us call. */
export const insideFault = (): ProxyFault =>
  new ProxyFault(
    'connect',
    'unreachable',
    'The address leads into a network that is not public and that FLOTILLA_ALLOWED_NETWORKS does not name.',
  );

/** An error of a connection that is being made, in words. */
export function connectFault(error: unknown): ProxyFault {
  const code = codeOf(error);
  if (code === ADDRESS_REFUSED) return insideFault();
  if (code === 'ECONNREFUSED') {
    return new ProxyFault(
      'connect',
      'refused',
      'The connection was refused: nothing listens at this address and port.',
    );
  }
  if (NO_NAME.includes(code))
    return new ProxyFault('connect', 'unreachable', 'The host name is not known to any resolver.');
  if (code === 'ETIMEDOUT') return new ProxyFault('connect', 'silent', 'Nothing answered at this address and port.');
  if (UNREACHABLE.includes(code)) return new ProxyFault('connect', 'unreachable', 'There is no way to this address.');
  if (isTls(error)) {
    const why = "The proxy's own certificate is not valid, or it does not speak TLS at this port.";
    return new ProxyFault('connect', 'tls', why);
  }
  return new ProxyFault('connect', 'closed', 'The connection was cut while it was being made.');
}

/** TLS and certificate errors: OpenSSL's own, and Node's about names and authorities. */
function isTls(error: unknown): boolean {
  return /^(ERR_(SSL|TLS)_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|EPROTO)/.test(codeOf(error));
}

/** An error of a connection that stood, in words. */
export function brokenFault(stage: FaultStage, error: unknown): ProxyFault {
  if (error instanceof ProxyFault) return error;
  if (codeOf(error).startsWith('HPE_')) {
    return new ProxyFault(stage, 'protocol', 'What answers at this port does not speak HTTP.');
  }
  if (isTls(error)) {
    const why =
      "The certificate behind the tunnel is not the checker's: something on the way opens encrypted connections.";
    return new ProxyFault(stage, 'tls', why);
  }
  return new ProxyFault(stage, 'closed', 'The proxy cut the connection before it had answered.');
}
