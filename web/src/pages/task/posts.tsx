import { Anchor, Group, Stack, Text } from '@mantine/core';
import { IconExternalLink, IconMapPin } from '@tabler/icons-react';
import { Link } from 'react-router';
import { thumbnailUrl } from '../../api/media.ts';
import type { AccountTask } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { postsOf } from '../../ui/plan.ts';
import { At } from '../../ui/time.tsx';
import classes from './task.module.css';

type Intent = AccountTask['intents'][number];

const INTENTS = ['created', 'submitting', 'posted', 'absent', 'unknown', 'skipped'] as const;

/** What a state of a post means to a reader. */
export const intentWords = (state: string): string => {
  const known = INTENTS.find((one) => one === state);
  return known ? t(`task:intent.${known}`) : state;
};

function IntentLine({ intent }: { intent: Intent | undefined }) {
  if (!intent) {
    return (
      <Text size="sm" c="dimmed">
        {t('task:notBegun')}
      </Text>
    );
  }
  return (
    <Text size="sm">
      {intentWords(intent.state)}
      {intent.submittedAt && (
        <Text span c="dimmed">
          {' '}
          · <Phrase of="task:sent" parts={{ at: <At at={intent.submittedAt} /> }} />
        </Text>
      )}
      {intent.submits > 1 && (
        <Text span c="dimmed">
          {' '}
          · {t('task:submits', { count: intent.submits })}
        </Text>
      )}
      {intent.permalink && (
        <>
          {' '}
          ·{' '}
          <Anchor href={intent.permalink} target="_blank" rel="noreferrer" size="sm">
            {t('task:openPost')} <IconExternalLink size={13} aria-hidden />
          </Anchor>
        </>
      )}
    </Text>
  );
}

/** The planned posts, each with what has become of it. */
export function PostList({ plan, intents }: { plan: unknown; intents: readonly Intent[] }) {
  const posts = postsOf(plan);
  if (!posts) return null;
  return (
    <Stack gap="md">
      {posts.map((post, index) => {
        const intent = intents.find((one) => one.index === index);
        return (
          <div key={`${post.mediaId}/${index.toString()}`} className={classes.post}>
            <Link to={`/media?open=${post.mediaId}`} aria-label={t('task:videoOf', { n: index + 1 })}>
              <img className={classes.thumb} src={thumbnailUrl(post.mediaId)} alt="" loading="lazy" />
            </Link>
            <Stack gap={3} miw={0}>
              <IntentLine intent={intent} />
              <Text className={classes.caption}>{intent?.caption ?? post.caption}</Text>
              {(post.location || post.mentions.length > 0) && (
                <Group gap="sm">
                  {post.location && (
                    <Text size="sm" c="dimmed">
                      <IconMapPin size={13} aria-label={t('task:location')} /> {post.location}
                    </Text>
                  )}
                  {post.mentions.length > 0 && (
                    <Text size="sm" c="dimmed">
                      {post.mentions.map((name) => `@${name}`).join(' ')}
                    </Text>
                  )}
                </Group>
              )}
            </Stack>
          </div>
        );
      })}
    </Stack>
  );
}

/** Posts that a plan could not name beforehand. */
export const IntentList = ({ intents }: { intents: readonly Intent[] }) => (
  <Stack gap="md">
    {[...intents]
      .sort((a, b) => a.index - b.index)
      .map((intent) => (
        <Stack key={intent.index} gap={3}>
          <IntentLine intent={intent} />
          <Text className={classes.caption}>{intent.caption || <i>{t('post.noCaption')}</i>}</Text>
        </Stack>
      ))}
  </Stack>
);
