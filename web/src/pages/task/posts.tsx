import { Anchor, Group, Stack, Text } from '@mantine/core';
import { IconExternalLink, IconMapPin } from '@tabler/icons-react';
import { Link } from 'react-router';
import { thumbnailUrl } from '../../api/media.ts';
import type { AccountTask } from '../../api/types.ts';
import { formatCount } from '../../ui/format.ts';
import { postsOf } from '../../ui/plan.ts';
import { At } from '../../ui/time.tsx';
import classes from './task.module.css';

type Intent = AccountTask['intents'][number];

/** What each state of a post means to a reader. */
const INTENT_WORDS: Readonly<Record<string, string>> = {
  created: 'Prepared',
  submitting: 'Being sent',
  posted: 'Posted',
  absent: 'Not on the platform',
  unknown: 'It cannot be told whether it was posted',
  skipped: 'Skipped by a person',
};

function IntentLine({ intent }: { intent: Intent | undefined }) {
  if (!intent) {
    return (
      <Text size="sm" c="dimmed">
        Not begun
      </Text>
    );
  }
  return (
    <Text size="sm">
      {INTENT_WORDS[intent.state] ?? intent.state}
      {intent.submittedAt && (
        <Text span c="dimmed">
          {' '}
          · sent <At at={intent.submittedAt} />
        </Text>
      )}
      {intent.submits > 1 && (
        <Text span c="dimmed">
          {' '}
          · {formatCount(intent.submits)} submits
        </Text>
      )}
      {intent.permalink && (
        <>
          {' '}
          ·{' '}
          <Anchor href={intent.permalink} target="_blank" rel="noreferrer" size="sm">
            Open the post <IconExternalLink size={13} aria-hidden />
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
            <Link to={`/media?open=${post.mediaId}`} aria-label={`Video of post ${index + 1}`}>
              <img className={classes.thumb} src={thumbnailUrl(post.mediaId)} alt="" loading="lazy" />
            </Link>
            <Stack gap={3} miw={0}>
              <IntentLine intent={intent} />
              <Text className={classes.caption}>{intent?.caption ?? post.caption}</Text>
              {(post.location || post.mentions.length > 0) && (
                <Group gap="sm">
                  {post.location && (
                    <Text size="sm" c="dimmed">
                      <IconMapPin size={13} aria-label="Location" /> {post.location}
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
          <Text className={classes.caption}>{intent.caption || <i>No caption</i>}</Text>
        </Stack>
      ))}
  </Stack>
);
