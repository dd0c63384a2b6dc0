import { Text } from '@mantine/core';
import { CHALLENGE_STATES } from '../../../../contracts/bulk.ts';
import type { AccountTaskState } from '../../../../contracts/states.ts';
import type { AccountTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { titleOf } from '../../ui/format.ts';
import { ACCOUNT_TASK_LOOKS } from '../../ui/states.tsx';
import { At } from '../../ui/time.tsx';
import classes from './task.module.css';

type Entry = AccountTask['timeline'][number];

const field = (data: unknown, name: string): string | undefined => {
  const value = typeof data === 'object' && data !== null ? (data as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};

const lookOf = (state: string | undefined) => ACCOUNT_TASK_LOOKS[state as AccountTaskState];

/** What became of an entry of the inbox. */
const challengeTitle = (state: string | undefined): string | undefined => {
  const known = CHALLENGE_STATES.find((one) => one === state);
  return known && t(`task:challenge.${known}`);
};

function describe({ type, data }: Entry): { title: string; text: string | undefined; color: string | undefined } {
  const to = lookOf(field(data, 'to'));
  if (type === 'account-task' && to) {
    const from = lookOf(field(data, 'from'));
    const error = field(data, 'errorType');
    return {
      title: from && from !== to ? `${from.label} → ${to.label}` : to.label,
      text: [error && shared(titleOf(error)), field(data, 'reason')].filter(Boolean).join(': ') || undefined,
      color: to.color,
    };
  }
  if (type === 'challenge') {
    const by = field(data, 'by');
    const title = challengeTitle(field(data, 'state')) ?? shared(titleOf(type));
    return { title: by ? t('task:challenge.by', { what: title, name: by }) : title, text: undefined, color: undefined };
  }
  const text = field(data, 'message') ?? field(data, 'reason') ?? field(data, 'step');
  return {
    title: shared(titleOf(type)),
    text: text && (type === 'evidence' ? shared(titleOf(text)) : text),
    color: undefined,
  };
}

/** What happened to an account task, oldest first. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  if (entries.length === 0) return <Text c="dimmed">{t('task:noEvents')}</Text>;
  return (
    <ol className={classes.timeline}>
      {entries.map((entry) => {
        const { title, text, color } = describe(entry);
        return (
          <li key={entry.id} className={classes.entry}>
            <At at={entry.at} precise />
            <span className={classes.mark} style={{ background: color }} />
            <div>
              <Text>{title}</Text>
              {text && (
                <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {text}
                </Text>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
