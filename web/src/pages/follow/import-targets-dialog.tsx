import { Button, FileButton, Group, Modal, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { useImportTargets } from '../../api/follow.ts';
import type { FollowCategory, FollowImport } from '../../api/types.ts';
import { formatBytes, plural } from '../../ui/format.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import classes from './follow.module.css';
import { ImportReport } from './import-report.tsx';
import { namesIn, withLines } from './pasted.ts';

interface ImportTargetsDialogProps {
  category: FollowCategory;
  opened: boolean;
  onClose(): void;
}

/** Adds user names to a category, pasted or from a file, and reports what was not added and why. */
export function ImportTargetsDialog({ category, opened, onClose }: ImportTargetsDialogProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={`Add user names to ${category.name}`}
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {opened && <ImportForm id={category.id} onClose={onClose} />}
    </Modal>
  );
}

function ImportForm({ id, onClose }: { id: string; onClose(): void }) {
  const [mode, setMode] = useState('paste');
  const [pasted, setPasted] = useState('');
  const [file, setFile] = useState<File>();
  const [report, setReport] = useState<FollowImport>();
  const run = useImportTargets(id);
  const names = namesIn(pasted);

  const send = (): void => {
    const input = mode === 'paste' ? names.map(({ text }) => text) : file;
    if (!input) return;
    run.mutate(input, { onSuccess: (found) => setReport(mode === 'paste' ? withLines(found, names) : found) });
  };
  const again = (): void => {
    setReport(undefined);
    setPasted('');
    setFile(undefined);
    run.reset();
  };
  if (report) {
    return (
      <Stack gap="md">
        <ImportReport report={report} />
        <Group justify="end" gap="xs">
          <Button variant="default" onClick={again}>
            Add more
          </Button>
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    );
  }
  const ready = mode === 'paste' ? names.length > 0 : file !== undefined;
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label="Where the user names come from"
        data={[
          { value: 'paste', label: 'Paste' },
          { value: 'file', label: 'File' },
        ]}
        value={mode}
        onChange={(next) => {
          setMode(next);
          run.reset();
        }}
        style={{ alignSelf: 'start' }}
      />
      {mode === 'paste' ? (
        <Textarea
          label="User names"
          description="One a line, with or without @."
          data-autofocus
          autosize
          minRows={6}
          maxRows={14}
          spellCheck={false}
          value={pasted}
          onChange={(event) => setPasted(event.currentTarget.value)}
        />
      ) : (
        <FilePart file={file} onChoose={setFile} />
      )}
      <ErrorAlert error={run.error} title="Nothing was added" />
      <Group justify="end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
        <Button disabled={!ready} loading={run.isPending} onClick={send}>
          {mode === 'paste' && names.length > 0 ? `Add ${plural(names.length, 'user name')}` : 'Add'}
        </Button>
      </Group>
    </Stack>
  );
}

function FilePart({ file, onChoose }: { file: File | undefined; onChoose(file: File): void }) {
  const choose = (chosen: File | null | undefined): void => {
    if (chosen) onChoose(chosen);
  };
  const onDrop = (event: DragEvent): void => {
    event.preventDefault();
    choose(event.dataTransfer.files[0]);
  };
  return (
    <>
      <Text size="sm" c="dimmed">
        A text file with one user name a line, or a CSV file with a column named <code>username</code>.
      </Text>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a larger target for dropping; the button inside does the same */}
      <div className={classes.drop} onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
        <IconFileText size={24} stroke={1.5} aria-hidden />
        {file ? (
          <Text>
            {file.name}{' '}
            <Text span c="dimmed">
              ({formatBytes(file.size)})
            </Text>
          </Text>
        ) : (
          <Text c="dimmed">Drop a file here</Text>
        )}
        <FileButton onChange={choose} accept=".csv,.txt,text/csv,text/plain" inputProps={{ 'aria-label': 'File' }}>
          {(props) => (
            <Button {...props} variant="default" size="xs">
              {file ? 'Choose another' : 'Choose a file'}
            </Button>
          )}
        </FileButton>
      </div>
    </>
  );
}
