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
      platform: (value) => (value.trim() ? null : 'Which platform is it on?'),
      username: (value) => (value.trim() ? null : 'The user name is missing.'),
      password: (value) => (account || value ? null : 'The password is missing.'),
      quietTo: (value, values) => (Boolean(value) === Boolean(values.quietFrom) ? null : 'Give both times, or none.'),
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
            label="Platform"
            withAsterisk
            data={platforms}
            disabled={account !== undefined}
            {...form.getInputProps('platform')}
          />
          <TextInput
            label="User name"
            data-autofocus={account ? undefined : true}
            withAsterisk
            spellCheck={false}
            autoComplete="off"
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label="Password"
            withAsterisk={!account}
            placeholder={account ? 'Unchanged' : undefined}
            autoComplete="new-password"
            description="Sealed at once and never shown again."
            {...form.getInputProps('password')}
          />
          <PasswordInput
            label="TOTP secret"
            placeholder={account ? 'Unchanged' : undefined}
            autoComplete="off"
            description="The base32 seed of the authenticator app, if the account uses one."
            {...form.getInputProps('totpSecret')}
          />
          <TextInput label="E-mail" type="email" autoComplete="off" {...form.getInputProps('email')} />
          <TagsInput
            label="Tags"
            placeholder={form.values.tags.length === 0 ? 'Type and press Enter' : undefined}
            data={(tags.data ?? []).map(({ tag }) => tag)}
            {...form.getInputProps('tags')}
          />
          <Select
            label="Time zone"
            searchable
            limit={60}
            data={ZONES.includes(form.values.timeZone) ? ZONES : [form.values.timeZone, ...ZONES]}
            {...form.getInputProps('timeZone')}
          />
          <Group grow align="start">
            <TextInput label="Quiet from" type="time" {...form.getInputProps('quietFrom')} />
            <TextInput label="Quiet until" type="time" {...form.getInputProps('quietTo')} />
          </Group>
          <LimitFields form={form} />
          <Textarea label="Notes" autosize minRows={2} maxRows={6} {...form.getInputProps('notes')} />
          <ErrorAlert error={error} />
          {!readOnly && (
            <Button type="submit" loading={busy}>
              {account ? 'Save' : 'Add account'}
            </Button>
          )}
        </Stack>
      </fieldset>
    </form>
  );
}
