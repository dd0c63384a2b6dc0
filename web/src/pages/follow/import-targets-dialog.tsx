import { Button, FileButton, Group, Modal, SegmentedControl, Stack, Text, Textarea } from '@mantine/core';
import { IconFileText } from '@tabler/icons-react';
import { type DragEvent, useState } from 'react';
import { useImportTargets } from '../../api/follow.ts';
import type { FollowCategory, FollowImport } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { Phrase } from '../../i18n/phrase.tsx';
import { formatBytes } from '../../ui/format.ts';
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
      title={t('follow:addTo', { name: category.name })}
      size="lg"
      closeButtonProps={{ 'aria-label': t('close') }}
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
            {t('follow:addMore')}
          </Button>
          <Button onClick={onClose}>{t('done')}</Button>
        </Group>
      </Stack>
    );
  }
  const ready = mode === 'paste' ? names.length > 0 : file !== undefined;
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t('follow:from')}
        data={[
          { value: 'paste', label: t('follow:paste') },
          { value: 'file', label: t('follow:file') },
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
          label={t('follow:userNames')}
          description={t('follow:oneALine')}
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
      <ErrorAlert error={run.error} title={t('follow:nothingAdded')} />
      <Group justify="end" gap="xs">
        <Button variant="default" onClick={onClose}>
          {t('close')}
        </Button>
        <Button disabled={!ready} loading={run.isPending} onClick={send}>
          {mode === 'paste' && names.length > 0 ? t('follow:addNames', { count: names.length }) : t('follow:addAction')}
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
        <Phrase of="follow:fileText" parts={{ code: <code /> }} />
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
          <Text c="dimmed">{t('follow:dropFile')}</Text>
        )}
        <FileButton
          onChange={choose}
          accept=".csv,.txt,text/csv,text/plain"
          inputProps={{ 'aria-label': t('follow:file') }}
        >
          {(props) => (
            <Button {...props} variant="default" size="xs">
              {file ? t('list.chooseAnother') : t('list.chooseFile')}
            </Button>
          )}
        </FileButton>
      </div>
    </>
  );
}
