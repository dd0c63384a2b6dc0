import { Alert, Anchor, Badge, Group, Text, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { Link } from 'react-router';
import { ApiError, messageOf } from '../../api/problem.ts';
import { useProxy } from '../../api/proxies.ts';
import type { AccountDetail } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { formatDate } from '../../i18n/intl.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { toldOf } from '../../i18n/told.ts';
import { Fact } from '../../ui/page.tsx';
import { ProxyStatusLabel } from '../../ui/states.tsx';
import { Ago, useNow } from '../../ui/time.tsx';
import classes from './account.module.css';

const CLOCK: Intl.DateTimeFormatOptions = { weekday: 'short', hour: '2-digit', minute: '2-digit' };
const MINUTE_PART_MS = 10_000;

/** What the clock shows at the account's place, and here where that is another time. */
function Clock({ timeZone }: { timeZone: string }) {
  const now = useNow(MINUTE_PART_MS);
  const there = formatDate(now, { ...CLOCK, timeZone });
  const own = formatDate(now, CLOCK);
  return <>{there === own ? there : t('time.clockThere', { time: there, own })}</>;
}

function ProxyFact({ proxyId }: { proxyId: string | null }) {
  const proxy = useProxy(proxyId);
  if (proxyId === null) return <>{t('account:noProxy')}</>;
  if (proxy.error && !proxy.data) {
    const gone = proxy.error instanceof ApiError && proxy.error.status === 404;
    return <>{gone ? t('account:proxyGone') : messageOf(proxy.error)}</>;
  }
  if (!proxy.data) return <>…</>;
  const { id, name, status, country } = proxy.data;
  return (
    <Group gap="xs">
      <Anchor component={Link} to={`/proxies?open=${id}`} size="sm">
        {name}
      </Anchor>
      {country && <Text size="sm">{country}</Text>}
      <Text size="sm" component="span">
        <ProxyStatusLabel status={status} />
      </Text>
    </Group>
  );
}

const loginWords = ({ hasPassword, hasTotp }: AccountDetail): string =>
  t(hasTotp ? 'account:login.totp' : hasPassword ? 'account:login.password' : 'account:login.none');

/** Who the account is, and what it goes in and out by. */
export function Profile({ account }: { account: AccountDetail }) {
  return (
    <section className={`surface ${classes.card}`} aria-label={t('account:profile')}>
      <Title order={2} mb="sm">
        {t('account:profile')}
      </Title>
      {account.statusReason && (
        <Alert color="orange" variant="light" icon={<IconAlertCircle size={18} />} mb="md">
          {toldOf(account, 'statusReason')}
        </Alert>
      )}
      <dl className={classes.facts}>
        <Fact label={t('field.platform')}>{account.platform}</Fact>
        <Fact label={t('field.timeZone')}>
          {account.timeZone.replaceAll('_', ' ')}
          <Text size="sm" c="dimmed">
            <Clock timeZone={account.timeZone} />
          </Text>
        </Fact>
        <Fact label={t('account:session')}>
          {account.sessionAt ? (
            <Phrase of="account:session.stored" parts={{ ago: <Ago at={account.sessionAt} /> }} />
          ) : (
            t('account:session.none')
          )}
        </Fact>
        <Fact label={t('account:login')}>{loginWords(account)}</Fact>
        <Fact label={t('account:proxy')}>
          <ProxyFact proxyId={account.proxyId} />
        </Fact>
        <Fact label={t('field.added')}>
          <Ago at={account.createdAt} />
        </Fact>
        {account.email && <Fact label={t('accounts:form.email')}>{account.email}</Fact>}
        {account.links.length > 0 && (
          <Fact label={t('account:links')}>
            {account.links.map(({ id, platform, username }) => (
              <Anchor key={id} component={Link} to={`/accounts/${id}`} size="sm" display="block">
                {t('accounts:on', { name: username, platform })}
              </Anchor>
            ))}
          </Fact>
        )}
      </dl>
      <dl className={classes.more}>
        <Fact label={t('field.tags')}>
          {account.tags.length === 0 ? (
            t('account:noTags')
          ) : (
            <Group gap={6} mt={4}>
              {account.tags.map((tag) => (
                <Badge
                  key={tag}
                  component={Link}
                  to={`/accounts?tag=${encodeURIComponent(tag)}`}
                  variant="default"
                  radius="sm"
                  tt="none"
                  fw={450}
                  style={{ cursor: 'pointer' }}
                >
                  {tag}
                </Badge>
              ))}
            </Group>
          )}
        </Fact>
        {account.notes && (
          <Fact label={t('account:notes')}>
            <span className={classes.notes}>{account.notes}</span>
          </Fact>
        )}
      </dl>
    </section>
  );
}
