import { Button, Text, ThemeIcon, Title } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useAccounts, useTags } from '../../api/accounts.ts';
import { useMediaList } from '../../api/media.ts';
import { useMay } from '../../api/session.tsx';
import { t } from '../../i18n/index.ts';
import type { Draft } from '../new-task/draft.ts';
import classes from './overview.module.css';

/** What to do next on a new installation: shown until there is a bulk task. */
export default function FirstSteps() {
  const accounts = useAccounts({});
  const media = useMediaList('video');
  const tags = useTags();
  const mayOrder = useMay('operator');
  if (accounts.isPending || media.isPending || !mayOrder) return null;
  const tag = tags.data?.[0];
  const ready = accounts.items.length > 0 && media.items.length > 0 && tag !== undefined;
  // Everything but the start is chosen already: the dry run is the first thing seen.
  const draft: Partial<Draft> | null = ready
    ? { mode: 'tag', tag: tag.tag, params: { mediaIds: media.items.slice(0, 10).map(({ id }) => id) } }
    : null;
  const steps: { title: string; text: string; done: boolean; to: string; action: string; state?: unknown }[] = [
    {
      title: t('overview:steps.accounts'),
      text: t('overview:steps.accountsText'),
      done: accounts.items.length > 0,
      to: '/accounts',
      action: t('overview:steps.toAccounts'),
    },
    {
      title: t('overview:steps.videos'),
      text: t('overview:steps.videosText'),
      done: media.items.length > 0,
      to: '/media',
      action: t('overview:steps.toMedia'),
    },
    {
      title: t('overview:steps.upload'),
      text: ready
        ? t('overview:steps.ready', {
            accounts: t('overview:steps.readyAccounts', { count: tag.count }),
            tag: tag.tag,
            videos: t('overview:steps.readyVideos', { count: media.items.length }),
          })
        : t('overview:steps.uploadText'),
      done: false,
      to: '/tasks/new/upload',
      action: ready ? t('overview:steps.try') : t('overview:steps.newUpload'),
      ...(draft ? { state: { draft } } : {}),
    },
  ];
  const next = steps.findIndex((step) => !step.done);
  return (
    <section aria-label={t('overview:steps.title')}>
      <Title order={2} mb="sm">
        {t('overview:steps.title')}
      </Title>
      <div className="surface">
        {steps.map((step, index) => (
          <div key={step.title} className={classes.step}>
            <ThemeIcon
              radius="xl"
              size={28}
              variant={step.done ? 'filled' : 'light'}
              color={step.done ? 'green.8' : 'tide'}
            >
              {step.done ? <IconCheck size={16} aria-label={t('done')} /> : index + 1}
            </ThemeIcon>
            <div style={{ flex: '1 1 200px', minWidth: 0 }}>
              <Text fw={550}>{step.title}</Text>
              <Text size="sm" c="dimmed">
                {step.text}
              </Text>
            </div>
            {!step.done && (
              <Button
                component={Link}
                to={step.to}
                state={step.state}
                variant={index === next ? 'filled' : 'default'}
                style={{ flex: 'none' }}
              >
                {step.action}
              </Button>
            )}
          </div>
        ))}
      </div>
    </section>
  );
}
