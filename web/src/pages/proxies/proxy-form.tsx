import { Button, Group, NumberInput, PasswordInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import { ApiError } from '../../api/problem.ts';
import type { ProxyItem } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { PROTOCOLS, type ProxyValues, proxyValuesOf } from './proxy-values.ts';

interface ProxyFormProps {
  proxy: ProxyItem | undefined;
  error: Error | null;
  busy: boolean;
  readOnly?: boolean;
  onSubmit(values: ProxyValues): void;
}

const TITLES = { http: 'HTTP', https: 'HTTPS', socks5: 'SOCKS5' } as const;

export function ProxyForm({ proxy, error, busy, readOnly = false, onSubmit }: ProxyFormProps) {
  const form = useForm<ProxyValues>({
    initialValues: proxyValuesOf(proxy),
    validate: {
      name: (value) => (value.trim() ? null : t('proxies:form.name')),
      host: (value) => (value.trim() ? null : t('proxies:form.host')),
      port: (value) => (typeof value === 'number' && value >= 1 && value <= 65_535 ? null : t('proxies:form.port')),
      country: (value) => (/^[a-z]{2}$/i.test(value.trim()) || !value.trim() ? null : t('proxies:form.country')),
    },
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the form object is new at every render
  useEffect(() => {
    if (!(error instanceof ApiError)) return;
    for (const { path, message } of error.errors) form.setFieldError(path, message);
  }, [error]);

  return (
    <form onSubmit={form.onSubmit(onSubmit)} autoComplete="off">
      <fieldset disabled={readOnly} style={{ border: 0, margin: 0, padding: 0 }}>
        <Stack gap="sm">
          <TextInput
            label={t('field.name')}
            withAsterisk
            data-autofocus={!proxy || undefined}
            {...form.getInputProps('name')}
          />
          <Select
            label={t('proxies:protocol')}
            allowDeselect={false}
            data={PROTOCOLS.map((value) => ({ value, label: TITLES[value] }))}
            {...form.getInputProps('protocol')}
          />
          <Group align="start" gap="sm" wrap="nowrap">
            <TextInput
              label={t('proxies:host')}
              withAsterisk
              spellCheck={false}
              placeholder="proxy.example.com"
              style={{ flex: 1 }}
              {...form.getInputProps('host')}
            />
            <NumberInput
              label={t('proxies:port')}
              withAsterisk
              w={110}
              min={1}
              max={65_535}
              allowDecimal={false}
              thousandSeparator=""
              hideControls
              {...form.getInputProps('port')}
            />
          </Group>
          <TextInput
            label={t('field.userName')}
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label={t('field.password')}
            placeholder={proxy?.hasPassword ? t('field.unchanged') : undefined}
            autoComplete="new-password"
            description={t('form.sealed')}
            {...form.getInputProps('password')}
          />
          <TextInput
            label={t('proxies:country')}
            description={t('proxies:country.text')}
            maxLength={2}
            {...form.getInputProps('country')}
          />
          <TextInput
            label={t('proxies:exit')}
            description={t('proxies:exit.text')}
            spellCheck={false}
            {...form.getInputProps('exitAddress')}
          />
          <Switch
            label={t('proxies:spare')}
            description={t('proxies:spare.text')}
            {...form.getInputProps('spare', { type: 'checkbox' })}
          />
          <ErrorAlert error={error} />
          {!readOnly && (
            <Button type="submit" loading={busy} disabled={proxy !== undefined && !form.isDirty()}>
              {proxy ? t('save') : t('proxies:add')}
            </Button>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
