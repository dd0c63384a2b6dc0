import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'react-router';
import { useAuditEntry } from '../../api/audit.ts';
import type { AuditEntry } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { DetailDrawer } from '../../ui/detail-drawer.tsx';
import { titleOf } from '../../ui/format.ts';
import { Notice } from '../../ui/notices.tsx';
import { Fact, Facts } from '../../ui/page.tsx';
import { At } from '../../ui/time.tsx';
import classes from './audit.module.css';
import { actionName, partsOf, subjectLink } from './audit-values.ts';

/** A value as it was kept: texts as they are, the rest as JSON. */
function Value({ value }: { value: unknown }) {
  if (value === undefined)
    return (
      <Text span c="dimmed" size="sm" fs="italic">
        {t('audit:unchanged')}
      </Text>
    );
  return <span className={classes.value}>{typeof value === 'string' ? value : JSON.stringify(value, null, 2)}</span>;
}

function Details({ entry }: { entry: AuditEntry }) {
  const { changes, fields } = partsOf(entry);
  const link = subjectLink(entry.subject);
  return (
    <Stack gap="lg" pb="xl">
      <Facts>
        <Fact label={t('audit:who')}>{entry.actor || t('audit:nobody')}</Fact>
        <Fact label={t('audit:when')}>
          <At at={entry.at} precise />
        </Fact>
        {entry.address && <Fact label={t('audit:address')}>{entry.address}</Fact>}
        <Fact label={t('audit:number')}>{entry.id}</Fact>
      </Facts>
      <Facts>
        <Fact label={t('audit:subject')}>
          <span className={classes.value}>{entry.subject}</span>
        </Fact>
      </Facts>
      <Group gap="xs">
        {link && (
          <Button component={Link} to={link} variant="default" size="xs">
            {t('audit:toSubject')}
          </Button>
        )}
        <Button component={Link} to={`/audit?subject=${encodeURIComponent(entry.subject)}`} variant="default" size="xs">
          {t('audit:onlySubject')}
        </Button>
        {entry.actor && (
          <Button component={Link} to={`/audit?actor=${encodeURIComponent(entry.actor)}`} variant="default" size="xs">
            {t('audit:onlyActor', { name: entry.actor })}
          </Button>
        )}
      </Group>
      {changes.length > 0 && (
        <section aria-label={t('audit:changes')}>
          <Title order={3} mb="xs">
            {t('audit:changes')}
          </Title>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col" className={classes.name}>
                  {t('audit:field')}
                </th>
                <th scope="col">{t('audit:before')}</th>
                <th scope="col">{t('audit:after')}</th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ name, before, after }) => (
                <tr key={name}>
                  <td>{name.split('.').map(titleOf).join(' · ')}</td>
                  <td className={classes.before}>
                    <Value value={before} />
                  </td>
                  <td className={classes.after}>
                    <Value value={after} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {(fields.length > 0 || changes.length === 0) && (
        <section aria-label={t('audit:asked')}>
          <Title order={3} mb="xs">
            {t('audit:asked')}
          </Title>
          {fields.length === 0 ? (
            <Text c="dimmed">{t('audit:nothingKept')}</Text>
          ) : (
            <table className={classes.table}>
              <tbody>
                {fields.map(([name, value]) => (
                  <tr key={name}>
                    <td className={classes.name}>{titleOf(name)}</td>
                    <td>
                      <Value value={value} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      )}
      <Facts>
        {entry.requestId && (
          <Fact label={t('audit:request')}>
            <span className={classes.value}>{entry.requestId}</span>
          </Fact>
        )}
        <Fact label={t('audit:hash')}>
          <span className={classes.value}>{entry.hash}</span> <CopyButton value={`${entry.id}:${entry.hash}`} />
        </Fact>
      </Facts>
    </Stack>
  );
}

/** One entry: who, when, from where, and what was sent with its secrets masked. */
export function EntryDrawer({ id, onClose }: { id: string | null; onClose(): void }) {
  const found = useAuditEntry(id);
  return (
    <DetailDrawer
      opened={id !== null}
      onClose={onClose}
      size="lg"
      title={t('audit:entry')}
      heading={(entry) => (entry ? actionName(entry.action) : t('audit:entry'))}
      found={found}
    >
      {(entry) =>
        entry ? (
          <Details entry={entry} />
        ) : (
          <Notice icon={IconMapOff} title={t('notFound.title')} color="gray">
            {t('audit:gone')}
          </Notice>
        )
      }
    </DetailDrawer>
  );
}
