import { Anchor, Group, Text } from '@mantine/core';
import { useRef } from 'react';
import { Link } from 'react-router';
import type { InboxItem } from '../../api/inbox.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { toldOf } from '../../i18n/told.ts';
import { LiveViewButton } from '../../live-view/live-view-button.tsx';
import { Ago, At } from '../../ui/time.tsx';
import { AnswerForm } from './answer-form.tsx';
import { ASKED_ICONS } from './asked.ts';
import classes from './inbox.module.css';
import { Screenshot } from './screenshot.tsx';

/** Where an entry is answered: its code, or its first answer. */
export const focusAnswer = (entry: Element | null | undefined): void =>
  entry?.querySelector<HTMLElement>('form input, form button')?.focus();

export function Entry({ item }: { item: InboxItem }) {
  const place = useRef<HTMLLIElement>(null);
  const mayAnswer = useMay('operator');
  const Icon = ASKED_ICONS[item.type];
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
          <Anchor component={Link} to={`/accounts/${item.accountId}`} fw={600}>
            {item.username}
          </Anchor>
          <Text c="dimmed">{item.platform}</Text>
        </Group>
        <Group gap={6} wrap="nowrap" align="flex-start" mt={2}>
          <Icon size={17} stroke={1.7} className={classes.icon} aria-hidden />
          <Text fw={500}>{t(`inbox:asked.${item.type}`)}</Text>
        </Group>
        <Text size="sm" mt={4} style={{ overflowWrap: 'anywhere' }}>
          {toldOf(item, 'message')}
        </Text>
        {open && (
          <Text size="sm" c="dimmed" mt={2}>
            {t(`inbox:way.${item.type}`)}
          </Text>
        )}
        <Text size="sm" c="dimmed" mt={6} component="div">
          <Phrase of="inbox:since" parts={{ ago: <Ago at={item.createdAt} /> }} />
          {item.state === 'open' ? (
            <>
              , <Phrase of="inbox:until" parts={{ at: <At at={item.expiresAt} /> }} />
            </>
          ) : (
            <>
              , {t(`inbox:was.${item.state}`)}
              {item.answeredBy && ` ${t('inbox:by', { name: item.answeredBy })}`}
              {item.answeredAt && (
                <>
                  {' '}
                  <Ago at={item.answeredAt} />
                </>
              )}
            </>
          )}
          {' · '}
          <Anchor
            component={Link}
            to={`/tasks/${item.kind}/${item.taskId}?account=${item.accountTaskId}`}
            size="sm"
            underline="always"
          >
            {item.taskName}
          </Anchor>
        </Text>
        {open && mayAnswer && (
          <div className={classes.answer}>
            <AnswerForm
              challengeId={item.id}
              type={item.type}
              username={item.username}
              // The entry that follows gets the keyboard, so that many are answered one after the other.
              onDone={() => focusAnswer(place.current?.nextElementSibling ?? place.current?.previousElementSibling)}
            />
            {item.hasPages && (
              <Group mt="xs">
                <LiveViewButton accountTaskId={item.accountTaskId} username={item.username} mode="take-over" />
              </Group>
            )}
          </div>
        )}
      </div>
    </li>
  );
}
