import { Anchor, Stack, Text, Title } from '@mantine/core';
import { IconChartBar } from '@tabler/icons-react';
import { Link } from 'react-router';
import { t } from '../../i18n/index.ts';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { formatCount, formatShare } from '../../ui/format.ts';
import { Notice } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { typeName } from '../errors/error-values.ts';
import classes from './performance.module.css';
import { colorOf, type KindPerformance, perHour, rateText } from './performance-values.ts';
import { Steps } from './steps.tsx';

interface KindDrawerProps {
  kind: string | null;
  nameOf(kind: string): string;
  found: { data: readonly KindPerformance[] | undefined; error: unknown; refetch(): unknown };
  onClose(): void;
}

/** How one kind does: what fails of it, and how long its steps take. */
export function KindDrawer({ kind, nameOf, found, onClose }: KindDrawerProps) {
  return (
    <DetailDrawer
      opened={kind !== null}
      onClose={onClose}
      size="xl"
      title={kind === null ? t('field.kind') : nameOf(kind)}
      found={found}
      heading={() => (kind === null ? t('field.kind') : nameOf(kind))}
    >
      {(kinds) => {
        const one = kinds.find((each) => each.kind === kind);
        return one ? (
          <Details kind={one} />
        ) : (
          <Notice icon={IconChartBar} title={t('performance:nothing')} color="gray">
            {t('performance:nothingText')}
          </Notice>
        );
      }}
    </DetailDrawer>
  );
}

function Details({ kind }: { kind: KindPerformance }) {
  const widest = Math.max(...kind.failures.map(({ share }) => share), 0.0001);
  return (
    <Stack gap="xl" pb="xl">
      <Facts>
        <Fact label={t('performance:endedTitle')}>{formatCount(kind.ended)}</Fact>
        <Fact label={t('performance:rate')}>{rateText(perHour(kind))}</Fact>
        <Fact label={t('performance:stepFailures')}>
          {kind.failureShare === null ? '–' : formatShare(kind.failureShare)}
        </Fact>
      </Facts>
      <section aria-label={t('performance:byType')}>
        <Title order={3} mb="sm">
          {t('performance:byType')}
        </Title>
        {kind.failures.length === 0 ? (
          <Text c="dimmed">{t('performance:noFailures')}</Text>
        ) : (
          <ul className={classes.types}>
            {kind.failures.map(({ type, count, share }) => (
              <li key={type} className={classes.type}>
                <span className="truncate">
                  <span className={classes.swatch} style={{ background: colorOf(type) }} />
                  <Anchor component={Link} to={`/errors?kind=${kind.kind}&type=${type}&state=all`} size="sm">
                    {typeName(type)}
                  </Anchor>
                </span>
                <span
                  className={classes.typeBar}
                  aria-hidden
                  style={{ width: `${(share / widest) * 100}%`, background: colorOf(type) }}
                />
                <Text size="sm" className="tabular">
                  {formatCount(count)} · {formatShare(share)}
                </Text>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-label={t('performance:steps')}>
        <Title order={3} mb="xs">
          {t('performance:steps')}
        </Title>
        {kind.steps.length === 0 ? (
          <Text c="dimmed">{t('performance:noSteps')}</Text>
        ) : (
          <>
            <Steps steps={kind.steps} />
            <Text size="xs" c="dimmed" mt="sm" visibleFrom="xs">
              {t('performance:explained')}
            </Text>
          </>
        )}
      </section>
    </Stack>
  );
}
