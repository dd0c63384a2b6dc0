/**
 * Ends the services of a supervisor that died without stopping them, `kill -9` included.
 *
 * Runs in a process group of its own. Its standard input is a pipe that the supervisor holds: each line `+<pid> <signal>`
 * says that a service started and how to ask it to end, `-<pid>` that it ended. When the pipe closes, the supervisor is
 * gone, and whatever of its services is left is asked to end, then killed: their process groups, and every process that
 * carries the supervisor's mark in its environment, wherever it put itself (browsers make groups of their own).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const GRACE_MS = 5_000;
const mark = process.argv[2] ?? '';
/** @type {Map<number, string>} */
const services = new Map();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

for await (const line of createInterface({ input: process.stdin })) {
  const [pid, signal] = line.slice(1).split(' ');
  if (line.startsWith('+')) services.set(Number(pid), signal ?? 'SIGTERM');
  else services.delete(Number(pid));
}

for (const [pid, signal] of services) send(pid, signal);
const deadline = Date.now() + GRACE_MS;
while (Date.now() < deadline && leftovers().length > 0) await sleep(50);
for (const pid of services.keys()) send(-pid, 'SIGKILL');
for (const pid of marked()) send(pid, 'SIGKILL');

function leftovers() {
  return [...new Set([...services.keys(), ...marked()])].filter((pid) => send(pid, 0) && !isZombie(pid));
}

/** Whether the signal could be sent. */
function send(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function marked() {
  let names = [];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  return pids.filter((pid) => pid !== process.pid && read(pid, 'environ').split('\0').includes(mark));
}

function isZombie(pid) {
  const stat = read(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}

function read(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
