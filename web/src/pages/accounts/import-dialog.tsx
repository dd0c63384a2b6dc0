import { Alert, Anchor, Button, FileButton, Group, Loader, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconDownload, IconFileSpreadsheet } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { useImport, useImportPreview } from '../../api/accounts.ts';
import type { ImportResult } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { told } from '../../i18n/told.ts';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import classes from './import-dialog.module.css';

const SHOWN = 500;

/** Brings in accounts from a CSV file: checked first, written only after a look at what would happen. */
export function ImportDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const [file, setFile] = useState<File>();
  const preview = useImportPreview();
  const run = useImport();

  const choose = (chosen: File | null | undefined): void => {
    if (!chosen) return;
    run.reset();
    setFile(chosen);
    preview.mutate(chosen);
  };
  const close = (): void => {
    onClose();
    setFile(undefined);
    preview.reset();
    run.reset();
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    choose(event.dataTransfer.files[0]);
  };

  const checked = preview.data;
  const wanted = checked ? checked.created + checked.updated : 0;
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('accounts:import.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            {t('accounts:import.text')}
          </Text>
          <Anchor href="/accounts-template.csv" download="accounts-template.csv" size="sm">
            <IconDownload size={14} aria-hidden /> {t('accounts:import.template')}
          </Anchor>
        </Group>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for dropping; the button inside does the same */}
        <div className={classes.drop} onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
          <IconFileSpreadsheet size={24} stroke={1.5} aria-hidden />
          {file ? (
            <Text>
              {file.name}{' '}
              <Text span c="dimmed">
                ({formatBytes(file.size)})
              </Text>
            </Text>
          ) : (
            <Text c="dimmed">{t('accounts:import.drop')}</Text>
          )}
          <FileButton onChange={choose} accept=".csv,text/csv" inputProps={{ 'aria-label': t('accounts:import.file') }}>
            {(props) => (
              <Button {...props} variant="default" size="xs">
                {file ? t('list.chooseAnother') : t('list.chooseFile')}
              </Button>
            )}
          </FileButton>
        </div>
        {preview.isPending && (
          <Group gap="xs">
            <Loader size="xs" /> <Text>{t('accounts:import.checking')}</Text>
          </Group>
        )}
        <ErrorAlert error={preview.error ?? run.error} title={t('accounts:import.failed')} />
        {run.data ? (
          <>
            <Alert color="green" variant="light" icon={<IconCircleCheck size={18} />} role="status">
              {t('accounts:import.result', {
                added: t('count.accounts', { count: run.data.created }),
                updated: formatCount(run.data.updated),
                rejected: formatCount(run.data.rejectedTotal),
              })}
            </Alert>
            <Rejected result={run.data} />
          </>
        ) : (
          checked && (
            <>
              <Text role="status">
                <Phrase
                  of="accounts:import.preview"
                  values={{
                    added: formatCount(checked.created),
                    updated: formatCount(checked.updated),
                    rejected: formatCount(checked.rejectedTotal),
                  }}
                  parts={{ b: <b className="tabular" /> }}
                />
              </Text>
              <Rejected result={checked} />
            </>
          )
        )}
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={close}>
            {run.data ? t('done') : t('close')}
          </Button>
          {!run.data && (
            <Button disabled={!file || wanted === 0} loading={run.isPending} onClick={() => file && run.mutate(file)}>
              {wanted > 0 ? t('accounts:import.action', { count: wanted }) : t('accounts:import.button')}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Rejected({ result }: { result: ImportResult }) {
  if (result.rejected.length === 0) return null;
  return (
    <div>
      <Group gap={6} mb={6}>
        <IconAlertTriangle size={16} color="var(--fl-parked)" aria-hidden />
        <Text fw={550}>{t('list.rejectedLines')}</Text>
      </Group>
      <ScrollArea.Autosize mah={240} className="surface">
        <Table stickyHeader fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={64}>{t('list.line')}</Table.Th>
              <Table.Th w={120}>{t('accounts:import.field')}</Table.Th>
              <Table.Th>{t('list.wrong')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {result.rejected.slice(0, SHOWN).map(({ line, field, message, said }) => (
              <Table.Tr key={`${line}/${field}`}>
                <Table.Td className="tabular">{line}</Table.Td>
                <Table.Td>{field}</Table.Td>
                <Table.Td>{told(message, said?.message)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {result.rejectedTotal > SHOWN && (
        <Text size="sm" c="dimmed" mt={4}>
          {t('list.firstShown', { shown: formatCount(SHOWN), total: formatCount(result.rejectedTotal) })}
        </Text>
      )}
    </div>
  );
}
