import { Button, Group, NumberInput, PasswordInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import { ApiError } from '../../api/problem.ts';
import type { ProxyItem } from '../../api/types.ts';
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
      name: (value) => (value.trim() ? null : 'What shall it be called?'),
      host: (value) => (value.trim() ? null : 'The host is missing.'),
      port: (value) =>
        typeof value === 'number' && value >= 1 && value <= 65_535 ? null : 'A port is from 1 to 65535.',
      country: (value) => (/^[a-z]{2}$/i.test(value.trim()) || !value.trim() ? null : 'Two letters, such as DE.'),
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
          <TextInput label="Name" withAsterisk data-autofocus={!proxy || undefined} {...form.getInputProps('name')} />
          <Select
            label="Protocol"
            allowDeselect={false}
            data={PROTOCOLS.map((value) => ({ value, label: TITLES[value] }))}
            {...form.getInputProps('protocol')}
          />
          <Group align="start" gap="sm" wrap="nowrap">
            <TextInput
              label="Host"
              withAsterisk
              spellCheck={false}
              placeholder="proxy.example.com"
              style={{ flex: 1 }}
              {...form.getInputProps('host')}
            />
            <NumberInput
              label="Port"
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
          <TextInput label="User name" autoComplete="off" spellCheck={false} {...form.getInputProps('username')} />
          <PasswordInput
            label="Password"
            placeholder={proxy?.hasPassword ? 'Unchanged' : undefined}
            autoComplete="new-password"
            description="Sealed at once and never shown again."
            {...form.getInputProps('password')}
          />
          <TextInput
            label="Expected country"
            description="Two letters, such as DE. The check tells when the proxy comes out elsewhere."
            maxLength={2}
            {...form.getInputProps('country')}
          />
          <TextInput
            label="Expected exit address"
            description="The address that others see, where it is fixed."
            spellCheck={false}
            {...form.getInputProps('exitAddress')}
          />
          <Switch
            label="Spare"
            description="May be given to an account whose own proxy fails, when a repair is ordered."
            {...form.getInputProps('spare', { type: 'checkbox' })}
          />
          <ErrorAlert error={error} />
          {!readOnly && (
            <Button type="submit" loading={busy} disabled={proxy !== undefined && !form.isDirty()}>
              {proxy ? 'Save' : 'Add proxy'}
            </Button>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
