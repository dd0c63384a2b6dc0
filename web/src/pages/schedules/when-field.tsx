import { Chip, Group, Input, NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { scheduleWords } from '../../../../contracts/schedules.ts';
import type { Overlap } from '../../api/schedules.ts';
import { newRepeat, type Repeat, type RepeatMode, repeatProblems, specOf, tomorrowMorning } from './repeat.ts';

/** When a bulk task starts: at once, at a time, or again and again. */
interface When {
  /** Local time as `<input type="datetime-local">` has it; empty for at once. */
  startAt: string;
  repeat?: Repeat | null | undefined;
}

interface WhenFieldProps {
  when: When;
  startAtError: string | undefined;
  onChange(when: { startAt: string; repeat: Repeat | null }): void;
}

const WEEK = [1, 2, 3, 4, 5, 6, 0];
const DAY_NAMES = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const OVERLAP_HINTS: Record<Overlap, string> = {
  skip: 'A run is left out while the one before has not ended.',
  buffer: 'A run waits until the one before has ended.',
  allow: 'Runs may go on at the same time; an account still does one thing at a time.',
};

export function WhenField({ when, startAtError, onChange }: WhenFieldProps) {
  const choice = when.repeat ? 'repeat' : when.startAt ? 'at' : 'now';
  const choose = (next: string): void => {
    onChange({
      startAt: next === 'at' ? when.startAt || tomorrowMorning() : '',
      repeat: next === 'repeat' ? (when.repeat ?? newRepeat()) : null,
    });
  };
  return (
    <Stack gap="md">
      <Input.Wrapper label="When" labelElement="div">
        <div style={{ marginTop: 6 }}>
          <SegmentedControl
            aria-label="When"
            value={choice}
            onChange={choose}
            data={[
              { value: 'now', label: 'Start now' },
              { value: 'at', label: 'At a time' },
              { value: 'repeat', label: 'Repeat' },
            ]}
          />
        </div>
      </Input.Wrapper>
      {choice === 'at' && (
        <TextInput
          type="datetime-local"
          label="Start at"
          description="Your own time zone."
          value={when.startAt}
          error={startAtError}
          onChange={(event) => onChange({ startAt: event.currentTarget.value || tomorrowMorning(), repeat: null })}
        />
      )}
      {when.repeat && <RepeatFields repeat={when.repeat} onChange={(repeat) => onChange({ startAt: '', repeat })} />}
    </Stack>
  );
}

function RepeatFields({ repeat, onChange }: { repeat: Repeat; onChange(repeat: Repeat): void }) {
  const problems = repeatProblems(repeat);
  const zones = useMemo(() => [...new Set([repeat.timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [repeat]);
  const set = (changes: Partial<Repeat>): void => onChange({ ...repeat, ...changes });
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label="How it repeats"
        value={repeat.mode}
        onChange={(mode) => set({ mode: mode as RepeatMode })}
        style={{ alignSelf: 'start' }}
        data={[
          { value: 'days', label: 'On days' },
          { value: 'minutes', label: 'Every so often' },
          { value: 'cron', label: 'Cron' },
        ]}
      />
      {repeat.mode === 'days' && (
        <Group align="start" gap="lg">
          <Input.Wrapper label="Days" labelElement="div" error={problems.days}>
            <Chip.Group multiple value={repeat.days.map(String)} onChange={(days) => set({ days: days.map(Number) })}>
              <Group gap={6} mt={6}>
                {WEEK.map((day) => (
                  <Chip key={day} value={String(day)} size="xs">
                    {DAY_NAMES[day]}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
          <TextInput
            type="time"
            label="Time"
            value={repeat.time}
            error={problems.time}
            onChange={(event) => set({ time: event.currentTarget.value })}
          />
        </Group>
      )}
      {repeat.mode === 'minutes' && (
        <NumberInput
          label="Minutes between two runs"
          description="Counted from midnight UTC."
          min={1}
          allowDecimal={false}
          value={repeat.everyMinutes}
          error={problems.everyMinutes}
          onChange={(everyMinutes) => set({ everyMinutes })}
        />
      )}
      {repeat.mode === 'cron' && (
        <TextInput
          label="Cron expression"
          description="Minute, hour, day of month, month, day of week."
          value={repeat.cron}
          error={problems.cron}
          onChange={(event) => set({ cron: event.currentTarget.value })}
        />
      )}
      {repeat.mode !== 'minutes' && (
        <Select
          label="Time zone"
          searchable
          data={zones}
          value={repeat.timeZone}
          onChange={(timeZone) => timeZone && set({ timeZone })}
        />
      )}
      <Select
        label="When the run before has not ended"
        description={OVERLAP_HINTS[repeat.overlap]}
        allowDeselect={false}
        data={[
          { value: 'skip', label: 'Leave the run out' },
          { value: 'buffer', label: 'Run it afterwards' },
          { value: 'allow', label: 'Run both' },
        ]}
        value={repeat.overlap}
        onChange={(overlap) => overlap && set({ overlap: overlap as Overlap })}
      />
      {Object.keys(problems).length === 0 && (
        <Text size="sm" c="dimmed" role="status" data-testid="repeat-words">
          {scheduleWords(specOf(repeat), repeat.timeZone)}. The accounts are chosen anew at each run.
        </Text>
      )}
    </Stack>
  );
}
