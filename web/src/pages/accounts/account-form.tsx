import {
  Autocomplete,
  Button,
  Group,
  PasswordInput,
  Select,
  Stack,
  TagsInput,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useEffect } from 'react';
import { usePlatforms, useTags } from '../../api/accounts.ts';
import { ApiError } from '../../api/problem.ts';
import type { Account } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { type AccountValues, valuesOf } from './account-values.ts';
import { LimitFields } from './limit-fields.tsx';
import { gapFault, limitFieldOf } from './limit-values.ts';

interface AccountFormProps {
  account: Account | undefined;
  error: Error | null;
  busy: boolean;
  readOnly?: boolean;
  onSubmit(values: AccountValues): void;
}

const ZONES = Intl.supportedValuesOf('timeZone');
/** Fields of the API that the form shows under names of its own. */
const FIELD_NAMES: Readonly<Record<string, keyof AccountValues>> = {
  'quietHours.from': 'quietFrom',
  'quietHours.to': 'quietTo',
  quietHours: 'quietFrom',
};

export function AccountForm({ account, error, busy, readOnly = false, onSubmit }: AccountFormProps) {
  const platforms = usePlatforms();
  const tags = useTags();
  const form = useForm<AccountValues>({
    initialValues: valuesOf(account, platforms[0] ?? ''),
    validate: {
      platform: (value) => (value.trim() ? null : t('accounts:form.platform')),
      username: (value) => (value.trim() ? null : t('accounts:form.username')),
      password: (value) => (account || value ? null : t('accounts:form.password')),
      quietTo: (value, values) => (Boolean(value) === Boolean(values.quietFrom) ? null : t('accounts:form.quiet')),
      maxGapMinutes: (_value, values) => gapFault(values),
    },
  });

  const [firstPlatform] = platforms;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the platforms have come
  useEffect(() => {
    if (!account && firstPlatform && !form.values.platform) form.setFieldValue('platform', firstPlatform);
  }, [firstPlatform]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the form object is new at every render
  useEffect(() => {
    if (!(error instanceof ApiError)) return;
    for (const { path, message } of error.errors) {
      form.setFieldError(FIELD_NAMES[path] ?? limitFieldOf(path) ?? path, message);
    }
  }, [error]);

  return (
    <form onSubmit={form.onSubmit(onSubmit)} autoComplete="off">
      <fieldset disabled={readOnly} style={{ border: 0, margin: 0, padding: 0 }}>
        <Stack gap="sm">
          <Autocomplete
            label={t('field.platform')}
            withAsterisk
            data={platforms}
            disabled={account !== undefined}
            {...form.getInputProps('platform')}
          />
          <TextInput
            label={t('field.userName')}
            data-autofocus={account ? undefined : true}
            withAsterisk
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label={t('field.password')}
            withAsterisk={!account}
            placeholder={account ? t('field.unchanged') : undefined}
            autoComplete="new-password"
            description={t('form.sealed')}
            {...form.getInputProps('password')}
          />
          <PasswordInput
            label={t('accounts:form.totp')}
            placeholder={account ? t('field.unchanged') : undefined}
            autoComplete="off"
            description={t('accounts:form.totpHint')}
            {...form.getInputProps('totpSecret')}
          />
          <TextInput
            label={t('accounts:form.email')}
            type="email"
            autoComplete="off"
            {...form.getInputProps('email')}
          />
          <TagsInput
            label={t('field.tags')}
            placeholder={form.values.tags.length === 0 ? t('accounts:form.tagsHint') : undefined}
            data={(tags.data ?? []).map(({ tag }) => tag)}
            {...form.getInputProps('tags')}
          />
          <Select
            label={t('field.timeZone')}
            searchable
            limit={60}
            data={ZONES.includes(form.values.timeZone) ? ZONES : [form.values.timeZone, ...ZONES]}
            {...form.getInputProps('timeZone')}
          />
          <Group grow align="start">
            <TextInput label={t('accounts:form.quietFrom')} type="time" {...form.getInputProps('quietFrom')} />
            <TextInput label={t('accounts:form.quietTo')} type="time" {...form.getInputProps('quietTo')} />
          </Group>
          <LimitFields form={form} />
          <Textarea
            label={t('accounts:form.notes')}
            autosize
            minRows={2}
            maxRows={6}
            {...form.getInputProps('notes')}
          />
          <ErrorAlert error={error} />
          {!readOnly && (
            <Button type="submit" loading={busy}>
              {account ? t('save') : t('accounts:add')}
            </Button>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
