import { Text } from '@mantine/core';
import {
  IconArrowsExchange,
  IconCookie,
  IconFlame,
  IconLogin2,
  IconPhotoUp,
  IconSignature,
  IconStack2,
  IconUserCircle,
  IconUserPlus,
  IconVideo,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link, useLocation } from 'react-router';
import type { Capability } from '../../../../contracts/platform.ts';
import { useKinds } from '../../api/bulk.ts';
import { useMay } from '../../api/session.tsx';
import type { Kind } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { ErrorNotice, PageLoader } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import type { JsonSchema } from './json-schema.ts';
import classes from './new-task.module.css';
import { NotAllowed } from './not-allowed.tsx';

/** What a kind needs tells what it does; the first that fits is its picture. */
const ICONS: readonly [Capability, TablerIcon][] = [
  ['downloadOwnPosts', IconArrowsExchange],
  ['publishVideo', IconVideo],
  ['publishImage', IconPhotoUp],
  ['setAvatar', IconUserCircle],
  ['setBio', IconSignature],
  ['follow', IconUserPlus],
  ['readFeed', IconFlame],
  ['visitSites', IconCookie],
  ['logIn', IconLogin2],
];

function iconOf(kind: Kind): TablerIcon {
  const byNeed = ICONS.find(([need]) => kind.needs.includes(need));
  if (byNeed) return byNeed[1];
  const fields = Object.values((kind.params as JsonSchema).properties ?? {});
  return fields.some(({ format }) => format === 'media-ids') ? IconPhotoUp : IconStack2;
}

/** The kinds of bulk tasks, one card each. */
export function KindsPage() {
  const kinds = useKinds();
  // What another page handed over, such as accounts, goes on to the form.
  const { state } = useLocation();
  const mayOrder = useMay('operator');
  if (!mayOrder) return <NotAllowed />;
  if (kinds.isPending) return <PageLoader />;
  return (
    <Page title={t('nav.newTask')} parent={{ to: '/tasks', label: t('nav.tasks') }}>
      {kinds.error && !kinds.data ? (
        <ErrorNotice error={kinds.error} onRetry={() => void kinds.refetch()} />
      ) : (
        <>
          <Text c="dimmed">{t('newTask:what')}</Text>
          <div className={classes.kinds}>
            {kinds.data.map((kind) => {
              const Icon = iconOf(kind);
              return (
                <Link
                  key={kind.name}
                  to={`/tasks/new/${kind.name}`}
                  state={state}
                  className={`surface ${classes.kind}`}
                  aria-label={shared(kind.title)}
                >
                  <Icon size={22} stroke={1.6} aria-hidden />
                  <div>
                    <Text fw={600}>{shared(kind.title)}</Text>
                    {kind.description && (
                      <Text size="sm" c="dimmed" mt={2}>
                        {shared(kind.description)}
                      </Text>
                    )}
                  </div>
                </Link>
              );
            })}
          </div>
        </>
      )}
    </Page>
  );
}
