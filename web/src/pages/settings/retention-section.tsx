import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { IconEraser } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { retentionSchema } from '../../../../contracts/settings.ts';
import { useChangeSettings, useRetention, useRunRetention } from '../../api/settings.ts';
import type { Settings } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { ask } from '../../ui/confirm.ts';
import { formatCount } from '../../ui/format.ts';
import { ErrorAlert, ErrorNotice } from '../../ui/notices.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { Block } from './block.tsx';
import { SettingsRead } from './settings-read.tsx';

type Kept = keyof Settings['retention'];
const KEPT = Object.keys(retentionSchema.shape) as Kept[];

/** How long what accumulates is kept, and what the last clearing took away. */
export function RetentionSection() {
  return (
    <SettingsRead height={420}>
      {(settings) => (
        <>
          <Days settings={settings} />
          <LastRun />
        </>
      )}
    </SettingsRead>
  );
}

function Days({ settings }: { settings: Settings }) {
  const change = useChangeSettings();
  const [days, setDays] = useState(settings.retention);
  const changed = KEPT.filter((name) => days[name] !== settings.retention[name]);
  const shorter = changed.filter((name) => {
    const [next, before] = [days[name], settings.retention[name]];
    return next !== null && (before === null || next < before);
  });
  const save = (): void =>
    change.mutate(
      { retention: Object.fromEntries(changed.map((name) => [name, days[name]])) },
      { onSuccess: () => sayDone(t('settings:retentionSaved')) },
    );
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (shorter.length === 0) {
      save();
      return;
    }
    ask({
      title: t('settings:shorterTitle'),
      text: t('settings:shorterText', { parts: shorter.map((name) => t(`settings:kept.${name}`)).join(', ') }),
      confirm: t('settings:shorterDo'),
      danger: true,
      onConfirm: save,
    });
  };
  return (
    <Block title={t('settings:retention')} text={t('settings:retentionText')}>
      <form onSubmit={submit}>
        <Stack gap="md" maw={420}>
          {KEPT.map((name) => (
            <NumberInput
              key={name}
              label={t(`settings:kept.${name}`)}
              placeholder={
                name === 'evidence'
                  ? t('settings:inDays', { count: settings.environment.evidenceDays })
                  : t('settings:forGood')
              }
              suffix={` ${t('settings:days')}`}
              min={1}
              max={3_650}
              allowDecimal={false}
              value={days[name] ?? ''}
              onChange={(value) => setDays({ ...days, [name]: typeof value === 'number' ? value : null })}
            />
          ))}
          <ErrorAlert error={change.error} />
          <Group>
            <Button type="submit" disabled={changed.length === 0} loading={change.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Block>
  );
}

function LastRun() {
  const [before, setBefore] = useState<string | null | undefined>(undefined);
  const retention = useRetention(before !== undefined);
  const run = useRunRetention();
  const last = retention.data?.lastRun ?? null;
  if (before !== undefined && last && last.at !== before) setBefore(undefined);
  const removed = Object.entries(last?.counts ?? {}).filter(([, count]) => count > 0);
  const start = (): void =>
    run.mutate(undefined, { onSuccess: () => setBefore(last?.at ?? null), onError: (error) => sayFailed(error) });
  const button = (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconEraser size={15} />}
      loading={run.isPending || before !== undefined}
      onClick={start}
    >
      {t('settings:clearNow')}
    </Button>
  );
  return (
    <Block title={t('settings:lastClearing')} text={t('settings:clearingText')} action={button}>
      {retention.error && !retention.data ? (
        <ErrorNotice error={retention.error} onRetry={() => void retention.refetch()} />
      ) : last ? (
        <Text>
          <Phrase of="settings:clearedAt" parts={{ ago: <Ago at={last.at} /> }} />{' '}
          {removed.length === 0
            ? t('settings:nothingOver')
            : `${removed.map(([part, count]) => `${partName(part)} ${formatCount(count)}`).join(', ')}.`}
        </Text>
      ) : (
        <Text c="dimmed">{t('settings:notYetCleared')}</Text>
      )}
    </Block>
  );
}

const PARTS = ['evidence', 'tasks', 'errors', 'audit', 'webhookDeliveries'] as const;

/** Parts that are set above by their name there, the others as the platform calls them. */
function partName(part: string): string {
  const known = PARTS.find((one) => one === part);
  return known ? t(`settings:kept.${known}`) : part;
}
