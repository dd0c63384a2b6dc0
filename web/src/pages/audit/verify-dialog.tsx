import { Alert, Button, Group, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { type FormEvent, useEffect, useState } from 'react';
import { useVerifyAudit } from '../../api/audit.ts';
import type { AuditVerdict } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorAlert } from '../../ui/notices.tsx';
import classes from './audit.module.css';

const NOTED_ROW = /^\d{1,18}:[0-9a-f]{64}$/;

const REASONS = {
  'It was changed.': 'audit:reason.changed',
  'Rows before it were removed, added or put in another order.': 'audit:reason.order',
  'The rows at the end were removed.': 'audit:reason.end',
  'It is not the row that was noted.': 'audit:reason.noted',
  'The row that was noted is not there any more.': 'audit:reason.notedGone',
  'The note of where the log ends is missing.': 'audit:reason.noEnd',
} as const;

function reasonOf(reason: string | null): string {
  const key = Object.entries(REASONS).find(([english]) => english === reason)?.[1];
  return key ? t(key) : (reason ?? '');
}

function Verdict({ verdict }: { verdict: AuditVerdict }) {
  if (!verdict.ok) {
    return (
      <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={t('audit:broken')} role="alert">
        {t('audit:broken.at', { id: verdict.firstBadId ?? '–', reason: reasonOf(verdict.reason) })}
      </Alert>
    );
  }
  return (
    <>
      <Alert color="green" variant="light" icon={<IconShieldCheck size={18} />} title={t('audit:whole')} role="status">
        {t('audit:whole.checked', { count: verdict.checked })}
      </Alert>
      {verdict.headId && verdict.headHash && (
        <div>
          <Text size="sm" mb={6}>
            {t('audit:note')}
          </Text>
          <div className={classes.noted}>
            <code>
              {verdict.headId}:{verdict.headHash}
            </code>
            <CopyButton value={`${verdict.headId}:${verdict.headHash}`} label={t('audit:copyNote')} />
          </div>
        </div>
      )}
    </>
  );
}

/** Reads the whole log when it opens, and says what was found. */
export function VerifyDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { mutate, data, error, isPending } = useVerifyAudit();
  const [noted, setNoted] = useState('');
  const [wrong, setWrong] = useState(false);
  useEffect(() => {
    if (opened) mutate(undefined);
  }, [opened, mutate]);

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    const line = noted.trim();
    const fits = NOTED_ROW.test(line);
    setWrong(!fits);
    if (fits) mutate(line);
  };
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('audit:verify')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        {isPending ? (
          <Group gap="sm" role="status" mih={64}>
            <Loader size="sm" />
            <Text c="dimmed">{t('audit:verifying')}</Text>
          </Group>
        ) : error ? (
          <ErrorAlert error={error} />
        ) : (
          data && <Verdict verdict={data} />
        )}
        <form onSubmit={onSubmit} noValidate>
          <Group gap="xs" align="end">
            <TextInput
              label={t('audit:noted')}
              description={t('audit:noted.text')}
              error={wrong && t('audit:noted.wrong')}
              spellCheck={false}
              autoComplete="off"
              value={noted}
              onChange={(event) => setNoted(event.currentTarget.value)}
              style={{ flex: '1 1 260px' }}
            />
            <Button type="submit" variant="default" disabled={isPending}>
              {t('audit:noted.check')}
            </Button>
          </Group>
        </form>
      </Stack>
    </Modal>
  );
}
