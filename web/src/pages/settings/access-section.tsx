import { Button, Code, Group, NumberInput, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../../api/problem.ts';
import { useChangeSettings } from '../../api/settings.ts';
import type { Settings } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { formatCount } from '../../ui/format.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { sayDone } from '../../ui/toast.tsx';
import { Block } from './block.tsx';
import { SettingsRead } from './settings-read.tsx';

/** From where one may call, and how often. */
export function AccessSection() {
  return (
    <SettingsRead height={300}>
      {(settings) => (
        <>
          <AllowList settings={settings} />
          <RateLimit settings={settings} />
        </>
      )}
    </SettingsRead>
  );
}

const linesOf = (text: string): string[] =>
  text
    .split(/[\s,;]+/)
    .map((line) => line.trim())
    .filter(Boolean);

function AllowList({ settings }: { settings: Settings }) {
  const change = useChangeSettings();
  const kept = settings.allowedIps.join('\n');
  const [text, setText] = useState(kept);
  const entries = linesOf(text);
  const isChanged = entries.join('\n') !== kept;
  const fixed = settings.environment.allowedIps;
  const open = entries.length === 0 && fixed.length === 0;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ allowedIps: entries }, { onSuccess: () => sayDone(t('settings:listSaved')) });
  };
  return (
    <Block title={t('settings:allowList')} text={t('settings:allowListText')}>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={520}>
          <Textarea
            label={t('settings:addresses')}
            description={t('settings:addressesHint')}
            placeholder={'192.0.2.0/24\n2001:db8::/32'}
            autosize
            minRows={4}
            maxRows={14}
            spellCheck={false}
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Text size="sm" c="dimmed">
            <Phrase of="settings:yourAddress" parts={{ address: <Code>{settings.yourAddress}</Code> }} />
            {fixed.length > 0 && ` ${t('settings:fromEnvironment', { list: fixed.join(', ') })}`}
            {open && ` ${t('settings:everybody')}`}
          </Text>
          <ErrorAlert error={change.error} />
          <Group>
            <Button type="submit" disabled={!isChanged} loading={change.isPending}>
              {t('save')}
            </Button>
            {isChanged && (
              <Button variant="subtle" color="gray" onClick={() => setText(kept)}>
                {t('settings:discard')}
              </Button>
            )}
          </Group>
        </Stack>
      </form>
    </Block>
  );
}

function RateLimit({ settings }: { settings: Settings }) {
  const change = useChangeSettings();
  const [limit, setLimit] = useState<number | ''>(settings.rateLimitPerMinute ?? '');
  const next = limit === '' ? null : limit;
  const fault = change.error instanceof ApiError ? change.error.errors[0]?.message : undefined;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ rateLimitPerMinute: next }, { onSuccess: () => sayDone(t('settings:limitSaved')) });
  };
  return (
    <Block title={t('settings:rateLimit')} text={t('settings:rateLimitText')}>
      <form onSubmit={submit}>
        <Stack gap="sm" maw={320}>
          <NumberInput
            label={t('settings:perMinute')}
            description={t('settings:perMinuteHint', { usual: formatCount(settings.environment.rateLimitPerMinute) })}
            placeholder={String(settings.environment.rateLimitPerMinute)}
            min={10}
            max={1_000_000}
            allowDecimal={false}
            thousandSeparator=" "
            value={limit}
            onChange={(value) => setLimit(typeof value === 'number' ? value : '')}
            error={fault}
          />
          {!fault && <ErrorAlert error={change.error} />}
          <Group>
            <Button type="submit" disabled={next === settings.rateLimitPerMinute} loading={change.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Block>
  );
}
