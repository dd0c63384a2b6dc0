import type { Command } from 'commander';
import { register as accounts } from './accounts.ts';
import { register as audit } from './audit.ts';
import { register as backup } from './backup.ts';
import { register as bulk } from './bulk.ts';
import { register as errors } from './errors.ts';
import { register as inbox } from './inbox.ts';
import { register as keys } from './keys.ts';
import { register as locks } from './locks.ts';
import { register as media } from './media.ts';
import { register as proxies } from './proxies.ts';
import { register as restore } from './restore.ts';
import { register as schedules } from './schedules.ts';
import { register as system } from './system.ts';
import { register as webhooks } from './webhooks.ts';
import { register as workers } from './workers.ts';

/** Every file of commands, in the order of the help. A new one gets one line here. */
export const commands: readonly ((program: Command) => void)[] = [
  bulk,
  accounts,
  media,
  proxies,
  schedules,
  inbox,
  workers,
  locks,
  errors,
  webhooks,
  system,
  keys,
  audit,
  backup,
  restore,
];
