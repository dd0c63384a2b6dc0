/** How the supervisor can tell that a service does its work. */
export type Readiness =
  | { kind: 'http'; url: string }
  | { kind: 'tcp'; host: string; port: number }
  | { kind: 'postgres'; databaseUrl: string }
  /** The namespace exists and knows these search attributes. */
  | { kind: 'temporal'; address: string; namespace: string; searchAttributes: readonly string[] }
  /** A line of the service's own log. */
  | { kind: 'log'; pattern: RegExp }
  /** It runs once: ready when it has ended with exit code 0, and never started again. */
  | { kind: 'done' };

export interface PortUse {
  port: number;
  host: string;
  /** The variable that chooses another port. */
  variable: string;
}

/** One process of the stack, as data. */
export interface Service {
  name: string;
  /** What it is for, in a few words. */
  role: string;
  command: readonly string[];
  /** Added to the environment that the supervisor itself has. */
  env: Readonly<Record<string, string>>;
  ready: Readiness;
  dependsOn: readonly string[];
  ports: readonly PortUse[];
  /** Done before each start. */
  prepare?: () => Promise<void>;
  spawnOptions?: { uid?: number; gid?: number };
  /** Asks it to end; SIGTERM unless given. */
  stopSignal?: NodeJS.Signals;
  /** How long it may take to end before it is killed; 10 s unless given. */
  stopTimeoutMs?: number;
  /** How long it may take to be ready; 60 s unless given. */
  readyTimeoutMs?: number;
}
