import { Anchor, Button, Skeleton } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { postsOut, SHOWN_POSTS, useFirstPosts } from '../../api/guide.ts';
import type { BulkTaskItem } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ProgressBar } from '../../ui/progress.tsx';
import classes from './first-steps.module.css';

interface WatchStepProps {
  task: BulkTaskItem | undefined;
  done: boolean;
  children(parts: { text: ReactNode; actions: ReactNode }): ReactNode;
}

/** What the last step says: the upload on its way, and at its end the posts themselves. */
export function WatchStep({ task, done, children }: WatchStepProps): ReactNode {
  if (!task) return children({ text: t('guide:watchText'), actions: null });
  const to = `/tasks/${task.kind}/${task.id}`;
  if (done) {
    return children({
      text: (
        <>
          <span role="status">{t('guide:out', { count: postsOut(task) })}</span>
          <PostLinks task={task} />
        </>
      ),
      actions: (
        <Button component={Link} to={to} variant="default">
          {t('guide:more')}
        </Button>
      ),
    });
  }
  if (task.finishedAt) {
    return children({
      text: t('guide:nothingOut'),
      actions: (
        <Button component={Link} to={to} variant="default">
          {t('guide:toReasons')}
        </Button>
      ),
    });
  }
  return children({
    text: (
      <>
        {task.state === 'scheduled'
          ? t('guide:scheduled')
          : task.state === 'paused'
            ? t('guide:paused')
            : t('guide:out', { count: postsOut(task) })}
        <section className={classes.bar} aria-label={t('guide:progress')}>
          <ProgressBar totals={task.totals} />
        </section>
      </>
    ),
    actions: (
      <Button component={Link} to={to}>
        {t('guide:toTask')}
      </Button>
    ),
  });
}

function PostLinks({ task }: { task: BulkTaskItem }) {
  const posts = useFirstPosts(task);
  return (
    <div className={classes.links}>
      {posts.isPending &&
        Array.from({ length: Math.min(SHOWN_POSTS, postsOut(task)) }, (_, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: places, and nothing else
          <Skeleton key={place} height={20} width={180} aria-hidden />
        ))}
      {posts.data?.map(({ username, permalink }) => (
        <Anchor key={permalink} href={permalink} target="_blank" rel="noreferrer" size="sm">
          {t('guide:postOf', { name: username })} <IconExternalLink size={13} aria-hidden />
        </Anchor>
      ))}
    </div>
  );
}
