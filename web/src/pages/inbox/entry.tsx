import { Anchor, Group, Text } from '@mantine/core';
import { useRef } from 'react';
import { Link } from 'react-router';
import type { InboxItem } from '../../api/inbox.ts';
import { useMay } from '../../api/session.tsx';
import { Ago, At } from '../../ui/time.tsx';
import { AnswerForm } from './answer-form.tsx';
import { ASKED, STATE_LABELS } from './asked.ts';
import classes from './inbox.module.css';
import { Screenshot } from './screenshot.tsx';

/** The entry that follows gets the keyboard, so that many are answered one after the other. */
function focusNeighbour(entry: HTMLElement | null): void {
  const next = entry?.nextElementSibling ?? entry?.previousElementSibling;
  next?.querySelector<HTMLElement>('form input, form button')?.focus();
}

export function Entry({ item }: { item: InboxItem }) {
  const place = useRef<HTMLLIElement>(null);
  const mayAnswer = useMay('operator');
  const { icon: Icon, title, way } = ASKED[item.type];
  const open = item.state === 'open';
  return (
    <li ref={place} className={classes.entry}>
      <div className={classes.picture}>
        {item.evidenceId ? (
          <Screenshot evidenceId={item.evidenceId} username={item.username} />
        ) : (
          <div className={classes.blank}>
            <Icon size={26} stroke={1.5} aria-hidden />
          </div>
        )}
      </div>
      <div className={classes.body}>
        <Group gap="xs">
          <Anchor component={Link} to={`/accounts?open=${item.accountId}`} fw={600}>
            {item.username}
          </Anchor>
          <Text c="dimmed">{item.platform}</Text>
        </Group>
        <Group gap={6} wrap="nowrap" align="flex-start" mt={2}>
          <Icon size={17} stroke={1.7} className={classes.icon} aria-hidden />
          <Text fw={500}>{title}</Text>
        </Group>
        <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {item.message}
        </Text>
        {open && (
          <Text size="sm" c="dimmed" mt={2}>
            {way}
          </Text>
        )}
        <Text size="sm" c="dimmed" mt={6} component="div">
          Since <Ago at={item.createdAt} />
          {open ? (
            <>
              , skipped on <At at={item.expiresAt} /> if nobody answers
            </>
          ) : (
            <>
              , {STATE_LABELS[item.state].toLowerCase()}
              {item.answeredBy && ` by ${item.answeredBy}`}
              {item.answeredAt && (
                <>
                  {' '}
                  <Ago at={item.answeredAt} />
                </>
              )}
            </>
          )}
          {' · '}
          <Anchor component={Link} to={`/tasks/${item.kind}/${item.taskId}?account=${item.accountTaskId}`} size="sm">
            {item.taskName}
          </Anchor>
        </Text>
        {open && mayAnswer && (
          <div className={classes.answer}>
            <AnswerForm
              challengeId={item.id}
              type={item.type}
              username={item.username}
              onDone={() => focusNeighbour(place.current)}
            />
          </div>
        )}
      </div>
    </li>
  );
}
