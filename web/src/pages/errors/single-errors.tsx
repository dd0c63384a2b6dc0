import { Anchor, Button, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { Link } from 'react-router';
import { type GroupFilter, useErrorsOf } from '../../api/errors.ts';
import type { LoggedError } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { toldOf } from '../../i18n/told.ts';
import { titleOf } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notices.tsx';
import { CardsSkeleton } from '../../ui/skeletons.tsx';
import { At } from '../../ui/time.tsx';
import { accountTaskLink, timesOf } from './error-values.ts';
import classes from './errors.module.css';

function Entry({ error }: { error: LoggedError }) {
  const task = accountTaskLink(error);
  const times = timesOf(error);
  return (
    <li className={classes.error}>
      <Text size="sm" c="dimmed" component="div">
        <At at={error.at} />
        {error.step && ` · ${shared(titleOf(error.step))}`}
        {error.platform && ` · ${error.platform}`}
        {times > 1 && ` · ${t('errors:times', { count: times })}`}
      </Text>
      <Text size="sm" mt={2} style={{ overflowWrap: 'anywhere' }}>
        {toldOf(error, 'message')}
      </Text>
      <div className={classes.links}>
        {task && (
          <Anchor component={Link} to={task} size="sm">
            {error.accountTaskId ? t('errors:toAccountTask') : t('errors:toTask')}
          </Anchor>
        )}
        {error.accountId && (
          <Anchor component={Link} to={`/accounts?open=${error.accountId}`} size="sm">
            {t('errors:toAccount')}
          </Anchor>
        )}
        {error.workerId && (
          <Anchor component={Link} to={`/hosts/${error.workerId}`} size="sm">
            {t('errors:toHost')}
          </Anchor>
        )}
        {error.temporalUrl && (
          <Anchor href={error.temporalUrl} target="_blank" rel="noreferrer" size="sm">
            {t('errors:toTemporal')} <IconExternalLink size={14} aria-hidden />
          </Anchor>
        )}
      </div>
    </li>
  );
}

/** The single errors of one cause, newest first, each with the way to its run and its evidence. */
export function SingleErrors({ fingerprint, filter }: { fingerprint: string; filter: GroupFilter }) {
  const errors = useErrorsOf(fingerprint, filter);
  if (errors.error) return <ErrorNotice error={errors.error} onRetry={errors.reload} />;
  if (errors.isPending) return <CardsSkeleton cards={3} height={72} />;
  if (errors.items.length === 0) return <Text c="dimmed">{t('errors:noneOfFilter')}</Text>;
  return (
    <>
      <ul className={classes.list}>
        {errors.items.map((error) => (
          <Entry key={error.id} error={error} />
        ))}
      </ul>
      {errors.hasMore && (
        <Button
          variant="default"
          loading={errors.isFetchingMore}
          onClick={errors.moreFailed ? errors.retryMore : errors.loadMore}
        >
          {t('errors:more')}
        </Button>
      )}
    </>
  );
}
