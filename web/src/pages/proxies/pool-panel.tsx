import { Button, Text } from '@mantine/core';
import { IconArrowsSplit } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useProxyPool } from '../../api/proxies.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { listOf } from '../../ui/format.ts';
import classes from './proxies.module.css';

const HEALTH = ['healthy', 'unknown', 'unstable', 'failing'] as const;

/** The spare pool in two sentences: what is free, and who could do with it. */
export function PoolPanel({ mayAssign, onAssign }: { mayAssign: boolean; onAssign(): void }) {
  const { data: pool } = useProxyPool();
  // The list below tells of the error.
  if (!pool) return null;
  const health = HEALTH.filter((name) => pool.free[name] > 0);
  const free = health.reduce((sum, name) => sum + pool.free[name], 0);
  const needy = pool.accounts.without + pool.accounts.failing;
  const isUseful = pool.free.healthy + pool.free.unknown > 0 || pool.spares > free;
  return (
    <section className={`surface ${classes.pool}`} aria-label={t('proxies:pool')}>
      <p>
        <b>
          {pool.spares === 0
            ? t('proxies:pool.empty')
            : free === 0
              ? t('proxies:pool.noneFree', { count: pool.spares })
              : t('proxies:pool.free', {
                  count: free,
                  list: listOf(health.map((name) => t(`proxies:pool.${name}`, { count: pool.free[name] }))),
                })}
        </b>{' '}
        {pool.idle > 0 && t('proxies:pool.idle', { count: pool.idle })}
        <Text size="sm" c="dimmed" span display="block">
          <Phrase
            of="proxies:pool.needy"
            values={{
              without: t('count.accounts', { count: pool.accounts.without }),
              failing: t('count.accounts', { count: pool.accounts.failing }),
            }}
            parts={{ without: <Link to="/accounts?proxy=none" />, failing: <Link to="/accounts?proxy=failing" /> }}
          />
        </Text>
      </p>
      {mayAssign && (
        <Button
          variant="default"
          leftSection={<IconArrowsSplit size={16} />}
          disabled={needy === 0 || !isUseful}
          title={needy === 0 ? t('proxies:pool.nobodyNeeds') : isUseful ? undefined : t('proxies:pool.nothingToGive')}
          onClick={onAssign}
        >
          {t('proxies:pool.assign')}
        </Button>
      )}
    </section>
  );
}
