import { Button, Center, Text } from '@mantine/core';
import { IconFileZip, IconPhotoOff } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useAccountEvidence } from '../../api/accounts.ts';
import { shared, t } from '../../i18n/index.ts';
import { accountTaskPath, contentUrl } from '../../ui/evidence.ts';
import { titleOf } from '../../ui/format.ts';
import { ErrorNotice, Notice } from '../../ui/notices.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { At } from '../../ui/time.tsx';
import classes from './account.module.css';

/** Screenshots and traces of the account's failed steps; each leads to the account task that it explains. */
export function AccountEvidenceList({ accountId }: { accountId: string }) {
  const list = useAccountEvidence(accountId);
  if (list.error) return <ErrorNotice error={list.error} onRetry={list.reload} />;
  if (list.isPending) return <BlockSkeleton height={200} />;
  if (list.items.length === 0) {
    return (
      <Notice icon={IconPhotoOff} title={t('account:noEvidence')} color="gray">
        {t('account:noEvidenceText')}
      </Notice>
    );
  }
  return (
    <>
      <ul className={classes.shots}>
        {list.items.map((one) => {
          const step = shared(titleOf(one.step));
          return (
            <li key={one.id}>
              <Link
                to={accountTaskPath(one.taskKind, one.taskId, one.accountTaskId, one.id)}
                className={`surface ${classes.shot}`}
              >
                {one.contentType.startsWith('image/') ? (
                  <img src={contentUrl(one.id)} alt={t('account:shot', { step })} loading="lazy" />
                ) : (
                  <div className={classes.file}>
                    <IconFileZip size={36} stroke={1.4} aria-hidden />
                  </div>
                )}
                <div className={classes.caption}>
                  <Text size="sm" fw={550} truncate>
                    {shared(titleOf(one.kind))}: {step}
                  </Text>
                  <Text size="sm" c="dimmed" truncate component="div">
                    <At at={one.createdAt} /> · {one.taskName}
                  </Text>
                </div>
              </Link>
            </li>
          );
        })}
      </ul>
      {list.hasMore && (
        <Center mt="md">
          <Button
            variant="default"
            loading={list.isFetchingMore}
            onClick={list.moreFailed ? list.retryMore : list.loadMore}
          >
            {t('account:loadMore')}
          </Button>
        </Center>
      )}
    </>
  );
}
