import { Alert, Anchor, Button, FileButton, Group, Loader, Modal, ScrollArea, Stack, Table, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconDownload, IconFileSpreadsheet } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { useImport, useImportPreview } from '../../api/accounts.ts';
import type { ImportResult } from '../../api/types.ts';
import { formatBytes, formatCount, plural } from '../../ui/format.ts';
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
      title="Import accounts"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            One account a line. A user name that is here already is updated.
          </Text>
          <Anchor href="/accounts-template.csv" download="accounts-template.csv" size="sm">
            <IconDownload size={14} aria-hidden /> Template CSV
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
            <Text c="dimmed">Drop a CSV file here</Text>
          )}
          <FileButton onChange={choose} accept=".csv,text/csv" inputProps={{ 'aria-label': 'CSV file' }}>
            {(props) => (
              <Button {...props} variant="default" size="xs">
                {file ? 'Choose another' : 'Choose a file'}
              </Button>
            )}
          </FileButton>
        </div>
        {preview.isPending && (
          <Group gap="xs">
            <Loader size="xs" /> <Text>Checking every line</Text>
          </Group>
        )}
        <ErrorAlert error={preview.error ?? run.error} title="The file could not be imported" />
        {run.data ? (
          <>
            <Alert color="green" variant="light" icon={<IconCircleCheck size={18} />} role="status">
              {plural(run.data.created, 'account')} added, {formatCount(run.data.updated)} updated,{' '}
              {formatCount(run.data.rejectedTotal)} rejected.
            </Alert>
            <Rejected result={run.data} />
          </>
        ) : (
          checked && (
            <>
              <Text role="status">
                <b className="tabular">{formatCount(checked.created)}</b> to add,{' '}
                <b className="tabular">{formatCount(checked.updated)}</b> to update,{' '}
                <b className="tabular">{formatCount(checked.rejectedTotal)}</b> rejected. Nothing was written yet.
              </Text>
              <Rejected result={checked} />
            </>
          )
        )}
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={close}>
            {run.data ? 'Done' : 'Close'}
          </Button>
          {!run.data && (
            <Button disabled={!file || wanted === 0} loading={run.isPending} onClick={() => file && run.mutate(file)}>
              {wanted > 0 ? `Import ${plural(wanted, 'account')}` : 'Import'}
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
        <Text fw={550}>Rejected lines</Text>
      </Group>
      <ScrollArea.Autosize mah={240} className="surface">
        <Table stickyHeader fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={64}>Line</Table.Th>
              <Table.Th w={120}>Field</Table.Th>
              <Table.Th>What is wrong</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {result.rejected.slice(0, SHOWN).map(({ line, field, message }) => (
              <Table.Tr key={`${line}/${field}`}>
                <Table.Td className="tabular">{line}</Table.Td>
                <Table.Td>{field}</Table.Td>
                <Table.Td>{message}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {result.rejectedTotal > SHOWN && (
        <Text size="sm" c="dimmed" mt={4}>
          The first {SHOWN} of {formatCount(result.rejectedTotal)} are shown.
        </Text>
      )}
    </div>
  );
}
