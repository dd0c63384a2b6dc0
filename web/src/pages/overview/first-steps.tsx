import { Button, Group, Skeleton, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useEffect } from 'react';
import { Link } from 'react-router';
import { useAccounts, useTags } from '../../api/accounts.ts';
import { type Uploads, useUploadSteps } from '../../api/guide.ts';
import { MEDIA, useMediaList } from '../../api/media.ts';
import { useKeepPreference, usePreferences } from '../../api/preferences.ts';
import { useUploads } from '../../api/uploads.ts';
import { t } from '../../i18n/index.ts';
import { useCalmly } from '../../ui/calm.ts';
import { FROM_GUIDE } from '../../ui/come-back.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { sayFailed, sayUndoable } from '../../ui/toast.tsx';
import type { Draft } from '../new-task/draft.ts';
import classes from './first-steps.module.css';
import { WatchStep } from './watch-step.tsx';

/** Accounts and files may also come by the command line, of which no event tells. */
const LOOK_MS = 10_000;
/** So many videos are chosen beforehand. */
const PRESET_VIDEOS = 10;

/**
 * The way to a first real upload: it ticks off what is there, and stays until the posts are out and the person has put
 * it away. Whoever comes to an installation that has published already never sees it.
 * @param props.children what stands below; it comes when the steps have been read, so that they do not push it down
 */
export default function FirstSteps({ children }: { children: ReactNode }) {
  const uploads = useUploadSteps();
  const accounts = useAccounts({});
  const media = useMediaList('video');
  const tags = useTags();
  const preference = usePreferences().data?.guide;
  const keep = useKeepPreference();
  const known = uploads.data !== undefined;
  const done = uploads.data?.done !== undefined;
  const isNews = done && preference !== 'begun';
  // What it becomes for the person: theirs from now on, or nothing they need.
  const becomes = !known || preference === 'begun' ? undefined : done ? 'away' : 'begun';
  // biome-ignore lint/correctness/useExhaustiveDependencies: kept once for each change
  useEffect(() => {
    // Not kept: it is seen once more.
    if (becomes) keep('guide', becomes).catch(() => undefined);
  }, [becomes]);

  if (uploads.error && !uploads.data) {
    return (
      <>
        <ErrorNotice error={uploads.error} onRetry={() => void uploads.refetch()} />
        {children}
      </>
    );
  }
  if (!uploads.data || accounts.isPending || media.isPending || tags.isPending) {
    return <Skeleton height="100vh" aria-hidden />;
  }
  if (isNews) return children;

  const putAway = (): void => {
    keep('guide', 'away').catch((error: unknown) => sayFailed(error));
    sayUndoable(t('guide:away'), () => keep('guide', 'begun'));
  };
  return (
    <>
      <section aria-label={t('guide:title')}>
        <Group justify="space-between" mb="sm">
          <Title order={2}>{t('guide:title')}</Title>
          <Button variant={done ? 'filled' : 'subtle'} size="compact-sm" onClick={putAway}>
            {done ? t('guide:finish') : t('guide:putAway')}
          </Button>
        </Group>
        <div className="surface">
          <Steps uploads={uploads.data} accounts={accounts} media={media} tags={tags.data ?? []} />
        </div>
      </section>
      {children}
    </>
  );
}

interface StepsProps {
  uploads: Uploads;
  accounts: ReturnType<typeof useAccounts>;
  media: ReturnType<typeof useMediaList>;
  tags: NonNullable<ReturnType<typeof useTags>['data']>;
}

/** All that a first order needs: the accounts of the first tag, or all of them, and the videos that are there. */
function presetOf(tag: string | undefined, mediaIds: string[]): Partial<Draft> {
  const params = { mediaIds };
  return tag === undefined ? { mode: 'filter', filter: {}, params } : { mode: 'tag', tag, params };
}

function Steps({ uploads: { done, open, empty }, accounts, media, tags }: StepsProps) {
  const client = useQueryClient();
  // Files may still be arriving that were chosen before the way back here.
  useUploads();
  useCalmly(LOOK_MS, () => {
    if (done) return;
    for (const queryKey of [['accounts'], MEDIA]) void client.invalidateQueries({ queryKey });
  });

  const accountCount = accounts.total ?? accounts.items.length;
  const videoCount = media.items.length;
  const tag = tags[0]?.tag;
  const videos = t('guide:videos', { count: Math.min(videoCount, PRESET_VIDEOS) });
  const isReady = accountCount > 0 && videoCount > 0;
  const isDraft = open?.state === 'draft';
  const ordered = done ?? (isDraft ? undefined : open);
  const mediaIds = media.items.slice(0, PRESET_VIDEOS).map(({ id }) => id);

  const isDone = [accountCount > 0, videoCount > 0, ordered !== undefined, done !== undefined];
  const next = isDone.indexOf(false);
  const look = (index: number) => (index === next ? 'filled' : 'default');
  return (
    <>
      <Step
        n={1}
        done={isDone[0]}
        title={t('guide:accounts')}
        text={accountCount > 0 ? t('guide:accountsDone', { count: accountCount }) : t('guide:accountsText')}
      >
        {accountCount === 0 && (
          <>
            <Button component={Link} to={`/accounts?import=1&${FROM_GUIDE}`} variant={look(0)}>
              {t('guide:import')}
            </Button>
            <Button component={Link} to={`/accounts?open=new&${FROM_GUIDE}`} variant="default">
              {t('guide:addOne')}
            </Button>
          </>
        )}
      </Step>
      <Step
        n={2}
        done={isDone[1]}
        title={t('guide:video')}
        text={videoCount > 0 ? t('guide:videoDone', { count: videoCount }) : t('guide:videoText')}
      >
        {videoCount === 0 && (
          <Button component={Link} to={`/media?upload=1&${FROM_GUIDE}`} variant={look(1)}>
            {t('guide:toUpload')}
          </Button>
        )}
      </Step>
      <Step
        n={3}
        done={isDone[2]}
        title={t('guide:order')}
        text={
          ordered
            ? t('guide:ordered', { name: ordered.name })
            : isDraft
              ? t('guide:draftWaits', { name: open.name })
              : !isReady
                ? t('guide:orderText')
                : tag === undefined
                  ? t('guide:readyAll', { videos })
                  : t('guide:readyTag', { tag, videos })
        }
      >
        {isDraft && (
          <Button component={Link} to={`/tasks/${open.kind}/${open.id}`} variant={look(2)}>
            {t('guide:toDraft')}
          </Button>
        )}
        {isReady && !open && !done && (
          <Button
            component={Link}
            to="/tasks/new/upload"
            // Everything but the start is chosen already: the dry run is the first thing seen.
            state={{ draft: presetOf(tag, mediaIds), backTo: '/' }}
            variant={look(2)}
          >
            {t('guide:toDryRun')}
          </Button>
        )}
      </Step>
      <WatchStep task={ordered ?? (open ? undefined : empty)} done={done !== undefined}>
        {(parts) => (
          <Step n={4} done={isDone[3]} title={t('guide:watch')} text={parts.text}>
            {parts.actions}
          </Step>
        )}
      </WatchStep>
    </>
  );
}

interface StepProps {
  n: number;
  done: boolean | undefined;
  title: string;
  text: ReactNode;
  children: ReactNode;
}

function Step({ n, done = false, title, text, children }: StepProps) {
  return (
    <div className={classes.step}>
      <ThemeIcon radius="xl" size={28} variant={done ? 'filled' : 'light'} color={done ? 'green.8' : 'tide'}>
        {done ? <IconCheck size={16} aria-label={t('done')} /> : n}
      </ThemeIcon>
      <div className={classes.what}>
        <Text fw={550}>{title}</Text>
        <Text size="sm" c="dimmed" component="div">
          {text}
        </Text>
      </div>
      <div className={classes.actions}>{children}</div>
    </div>
  );
}
