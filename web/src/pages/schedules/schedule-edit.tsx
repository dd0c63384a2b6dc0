import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Schedule, type ScheduleChanges, useChangeSchedule } from '../../api/schedules.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { sayDone } from '../../ui/toast.tsx';
import { localInput, repeatOf, repeatProblems, specOf } from './repeat.ts';
import { RepeatFields } from './when-field.tsx';
import { whenWords } from './when-words.ts';

/** Name, times and overlap of a schedule; what it orders stays as it is. */
export function ScheduleEdit({ schedule, onClose }: { schedule: Schedule; onClose(): void }) {
  const { spec } = schedule;
  const once = 'at' in spec ? localInput(new Date(spec.at)) : null;
  const [name, setName] = useState(schedule.name);
  const [at, setAt] = useState(once ?? '');
  const [before] = useState(() => repeatOf(schedule));
  const [repeat, setRepeat] = useState(before);
  const change = useChangeSchedule(schedule.id);
  const isWrong = !name.trim() || (once === null ? Object.keys(repeatProblems(repeat)).length > 0 : !at);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const changes: ScheduleChanges = {};
    if (name.trim() !== schedule.name) changes.name = name.trim();
    if (once !== null && at !== once) changes.spec = { at: new Date(at).toISOString() };
    if (once === null) {
      // Untouched times are not sent: an interval may have an offset that the form does not show.
      if (JSON.stringify(specOf(repeat)) !== JSON.stringify(specOf(before))) changes.spec = specOf(repeat);
      if (repeat.timeZone !== schedule.timeZone) changes.timeZone = repeat.timeZone;
      if (repeat.overlap !== schedule.overlap) changes.overlap = repeat.overlap;
    }
    if (Object.keys(changes).length === 0) {
      onClose();
      return;
    }
    change.mutate(changes, {
      onSuccess: (changed) => {
        sayDone(`${changed.name}: ${whenWords(changed.spec, changed.timeZone)}.`);
        onClose();
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('schedules:edit.title', { name: schedule.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={t('field.name')}
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {once === null ? (
            <RepeatFields repeat={repeat} onChange={setRepeat} />
          ) : (
            <TextInput
              type="datetime-local"
              label={t('schedules:startAt')}
              description={t('schedules:zoneOwn')}
              value={at}
              onChange={(event) => setAt(event.currentTarget.value)}
            />
          )}
          <ErrorAlert error={change.error} title={t('schedules:notChanged')} />
          <Group justify="end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={isWrong} loading={change.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
