import { Text, Title, UnstyledButton } from '@mantine/core';
import { IconPhotoOff } from '@tabler/icons-react';
import type { AccountTask } from '../../api/types.ts';
import { shared, t } from '../../i18n/index.ts';
import { contentUrl } from '../../ui/evidence.ts';
import { titleOf } from '../../ui/format.ts';
import { Notice } from '../../ui/notices.tsx';
import { At } from '../../ui/time.tsx';
import classes from './account-task.module.css';

const altOf = ({ step }: { step: string }): string => t('task:pageAt', { step: shared(titleOf(step)) });

interface ScreenshotsProps {
  evidence: AccountTask['evidence'];
  /** Id of the one that is shown large; the newest where it is none of them. */
  chosen: string | undefined;
  onChoose(evidenceId: string): void;
}

/** The page as it was when a step went wrong, as large as there is room; the newest first. */
export function Screenshots({ evidence, chosen, onChoose }: ScreenshotsProps) {
  const shots = evidence.filter((one) => one.contentType.startsWith('image/')).reverse();
  const shown = shots.find(({ id }) => id === chosen) ?? shots[0];
  if (!shown) {
    return (
      <section className={`surface ${classes.card}`} aria-label={t('accountTask:screenshot')}>
        <Notice icon={IconPhotoOff} title={t('accountTask:noShot')} color="gray">
          {t('accountTask:noShotText')}
        </Notice>
      </section>
    );
  }
  return (
    <section className={`surface ${classes.card}`} aria-label={t('accountTask:screenshot')}>
      <Title order={2} mb="sm">
        {t(shots.length > 1 ? 'accountTask:screenshots' : 'accountTask:screenshot')}
      </Title>
      <a href={contentUrl(shown.id)} target="_blank" rel="noreferrer" className="plain-link">
        <img src={contentUrl(shown.id)} alt={altOf(shown)} className={classes.large} />
      </a>
      <Text size="sm" c="dimmed" mt={6}>
        {shared(titleOf(shown.step))}, <At at={shown.createdAt} precise />
      </Text>
      {shots.length > 1 && (
        <div className={classes.others}>
          {shots.map((shot) => (
            <UnstyledButton
              key={shot.id}
              aria-pressed={shot.id === shown.id}
              aria-label={t('task:enlarge', { step: shared(titleOf(shot.step)) })}
              onClick={() => onChoose(shot.id)}
            >
              <img src={contentUrl(shot.id)} alt="" loading="lazy" />
            </UnstyledButton>
          ))}
        </div>
      )}
    </section>
  );
}
