import {
  Button,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import type { AccountEdit, AccountTarget } from '../../api/account-bulk.ts';
import { useTags } from '../../api/accounts.ts';
import { useAllProxies } from '../../api/proxies.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { EditPreview } from './edit-preview.tsx';
import { type EditValues, editFaults, editOf, noEdit } from './edit-values.ts';
import { LimitFields } from './limit-fields.tsx';
import { LIMIT_FIELDS } from './limit-values.ts';

const ZONES = Intl.supportedValuesOf('timeZone');

interface EditDialogProps {
  opened: boolean;
  onClose(): void;
  target: AccountTarget;
  /** How many accounts that is. */
  count: number;
  busy: boolean;
  error: Error | null;
  onSubmit(edit: AccountEdit): void;
}

/** What is to change about many accounts at once. */
export function EditDialog({ opened, onClose, count, ...rest }: EditDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t('lists:edit.title', { count })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <EditForm onClose={onClose} {...rest} />
    </Modal>
  );
}

function EditForm({ target, onClose, busy, error, onSubmit }: Omit<EditDialogProps, 'opened' | 'count'>) {
  const known = useTags();
  const form = useForm<EditValues>({ initialValues: noEdit(), validate: editFaults });
  const { values } = form;
  const proxies = useAllProxies(values.proxy === 'set');
  const edit = editOf(values);
  const tags = (known.data ?? []).map(({ tag }) => tag);
  const choice = { allowDeselect: false, comboboxProps: { withinPortal: true } } as const;

  return (
    <form
      onSubmit={form.onSubmit((checked) => {
        const wanted = editOf(checked);
        if (wanted) onSubmit(wanted);
      })}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('lists:edit.text')}
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" verticalSpacing="md">
          <TagsInput label={t('lists:edit.addTags')} data={tags} maxLength={50} {...form.getInputProps('addTags')} />
          <TagsInput label={t('lists:edit.removeTags')} data={tags} {...form.getInputProps('removeTags')} />
          <Select
            label={t('lists:edit.proxy')}
            data={(['keep', 'set', 'none', 'spread'] as const).map((value) => ({
              value,
              label: t(`lists:proxy.${value}`),
            }))}
            {...choice}
            {...form.getInputProps('proxy')}
          />
          {values.proxy === 'set' ? (
            <Select
              label={t('lists:edit.proxyName')}
              searchable
              limit={100}
              placeholder={proxies.isPending ? t('loading') : undefined}
              nothingFoundMessage={t('lists:edit.noProxy')}
              data={(proxies.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps('proxyId')}
            />
          ) : values.proxy === 'spread' ? (
            <NumberInput
              label={t('lists:edit.perProxy')}
              placeholder={t('lists:edit.noBound')}
              min={1}
              max={100_000}
              allowDecimal={false}
              {...form.getInputProps('perProxy')}
            />
          ) : (
            <span />
          )}
          <Select
            label={t('lists:edit.use')}
            data={(['keep', 'pause', 'resume'] as const).map((value) => ({ value, label: t(`lists:use.${value}`) }))}
            {...choice}
            {...form.getInputProps('status')}
          />
          <Select
            label={t('field.timeZone')}
            placeholder={t('lists:keep')}
            searchable
            clearable
            limit={60}
            data={ZONES}
            {...form.getInputProps('timeZone')}
          />
          <Select
            label={t('lists:edit.quiet')}
            data={(['keep', 'set', 'none'] as const).map((value) => ({ value, label: t(`lists:quiet.${value}`) }))}
            {...choice}
            {...form.getInputProps('quiet')}
          />
          {values.quiet === 'set' ? (
            <Group grow align="start" gap="sm">
              <TextInput label={t('accounts:form.quietFrom')} type="time" {...form.getInputProps('quietFrom')} />
              <TextInput label={t('accounts:form.quietTo')} type="time" {...form.getInputProps('quietTo')} />
            </Group>
          ) : (
            <span />
          )}
          <Select
            label={t('accounts:limits')}
            data={(['keep', 'set', 'clear'] as const).map((value) => ({ value, label: t(`lists:limits.${value}`) }))}
            {...choice}
            {...form.getInputProps('limits')}
          />
        </SimpleGrid>
        {values.limits === 'set' && (
          <>
            <MultiSelect
              label={t('lists:edit.limitsAway')}
              description={t('lists:edit.limitsAwayText')}
              data={LIMIT_FIELDS.map((value) => ({ value, label: t(`accounts:limit.${value}`) }))}
              clearable
              {...form.getInputProps('limitsAway')}
            />
            <LimitFields
              form={form}
              text={t('lists:edit.limitsText')}
              placeholder={t('lists:keep')}
              away={values.limitsAway}
            />
          </>
        )}
        <EditPreview target={target} edit={Object.keys(editFaults(values)).length === 0 ? edit : undefined} />
        <ErrorAlert error={error} />
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button type="submit" disabled={!edit} loading={busy}>
            {t('lists:edit.action')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
