import { Text, Title } from '@mantine/core';
import { thumbnailUrl } from '../../api/media.ts';
import type { DryRun } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { formatCount } from '../../ui/format.ts';
import { postsOf } from '../../ui/plan.ts';
import { PlanView } from '../../ui/plan-view.tsx';
import classes from './new-task.module.css';

/** What the first accounts would do. */
export function PlanList({ plans, total }: { plans: DryRun['plans']; total: number }) {
  if (plans.length === 0) return null;
  return (
    <section aria-label={t('newTask:plans')}>
      <Title order={3} mb="xs">
        {t('newTask:whatTheyDo')}{' '}
        {total > plans.length && (
          <Text span c="dimmed">
            {t('newTask:firstOf', { shown: formatCount(plans.length), total: formatCount(total) })}
          </Text>
        )}
      </Title>
      <div className="surface" style={{ maxHeight: 460, overflowY: 'auto' }}>
        {plans.map(({ accountId, username, plan }, place) => {
          const posts = postsOf(plan);
          return (
            <div key={accountId} className={classes.plan}>
              <Text fw={550} truncate>
                {username}
              </Text>
              <div>
                {posts ? (
                  posts.map((post, index) => (
                    <div key={`${post.mediaId}/${index.toString()}`} className={classes.planPost}>
                      <img src={thumbnailUrl(post.mediaId)} alt="" loading="lazy" />
                      <Text size="sm" lineClamp={2}>
                        {post.caption || <i>{t('post.noCaption')}</i>}
                        {post.mentions.length > 0 && ` ${post.mentions.map((name) => `@${name}`).join(' ')}`}
                        {post.location && ` · ${post.location}`}
                      </Text>
                    </div>
                  ))
                ) : (
                  <PlanView plan={plan} startsOpen={place === 0} />
                )}
              </div>
            </div>
          );
        })}
      </div>
    </section>
  );
}
