import { Chip, Group, Input, NumberInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import type { Overlap } from '../../api/schedules.ts';
import { t } from '../../i18n/index.ts';
import { newRepeat, type Repeat, type RepeatMode, repeatProblems, specOf, tomorrowMorning } from './repeat.ts';
import { whenWords } from './when-words.ts';

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

const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

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
      <Input.Wrapper label={t('schedules:when')} labelElement="div">
        <div style={{ marginTop: 6 }}>
          <SegmentedControl
            aria-label={t('schedules:when')}
            value={choice}
            onChange={choose}
            data={[
              { value: 'now', label: t('schedules:now') },
              { value: 'at', label: t('schedules:atTime') },
              { value: 'repeat', label: t('schedules:repeat') },
            ]}
          />
        </div>
      </Input.Wrapper>
      {choice === 'at' && (
        <TextInput
          type="datetime-local"
          label={t('schedules:startAt')}
          description={t('schedules:zoneOwn')}
          value={when.startAt}
          error={startAtError}
          onChange={(event) => onChange({ startAt: event.currentTarget.value || tomorrowMorning(), repeat: null })}
        />
      )}
      {when.repeat && <RepeatFields repeat={when.repeat} onChange={(repeat) => onChange({ startAt: '', repeat })} />}
    </Stack>
  );
}

export function RepeatFields({ repeat, onChange }: { repeat: Repeat; onChange(repeat: Repeat): void }) {
  const problems = repeatProblems(repeat);
  const zones = useMemo(() => [...new Set([repeat.timeZone, 'UTC', ...Intl.supportedValuesOf('timeZone')])], [repeat]);
  const set = (changes: Partial<Repeat>): void => onChange({ ...repeat, ...changes });
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t('schedules:how')}
        value={repeat.mode}
        onChange={(mode) => set({ mode: mode as RepeatMode })}
        style={{ alignSelf: 'start' }}
        data={[
          { value: 'days', label: t('schedules:onDays') },
          { value: 'minutes', label: t('schedules:often') },
          { value: 'cron', label: t('schedules:cron') },
        ]}
      />
      {repeat.mode === 'days' && (
        <Group align="start" gap="lg">
          <Input.Wrapper label={t('schedules:days')} labelElement="div" error={problems.days}>
            <Chip.Group multiple value={repeat.days.map(String)} onChange={(days) => set({ days: days.map(Number) })}>
              <Group gap={6} mt={6}>
                {WEEK.map((day) => (
                  <Chip key={day} value={String(day)} size="xs">
                    {t(`schedules:day.${day}`)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
          </Input.Wrapper>
          <TextInput
            type="time"
            label={t('schedules:time')}
            value={repeat.time}
            error={problems.time}
            onChange={(event) => set({ time: event.currentTarget.value })}
          />
        </Group>
      )}
      {repeat.mode === 'minutes' && (
        <NumberInput
          label={t('schedules:minutes')}
          description={t('schedules:minutes.text')}
          min={1}
          allowDecimal={false}
          value={repeat.everyMinutes}
          error={problems.everyMinutes}
          onChange={(everyMinutes) => set({ everyMinutes })}
        />
      )}
      {repeat.mode === 'cron' && (
        <TextInput
          label={t('schedules:cronExpression')}
          description={t('schedules:cron.text')}
          value={repeat.cron}
          error={problems.cron}
          onChange={(event) => set({ cron: event.currentTarget.value })}
        />
      )}
      {repeat.mode !== 'minutes' && (
        <Select
          label={t('field.timeZone')}
          searchable
          data={zones}
          value={repeat.timeZone}
          onChange={(timeZone) => timeZone && set({ timeZone })}
        />
      )}
      <Select
        label={t('schedules:overlapAsk')}
        description={t(`schedules:hint.${repeat.overlap}`)}
        allowDeselect={false}
        data={[
          { value: 'skip', label: t('schedules:overlapSkip') },
          { value: 'buffer', label: t('schedules:overlapBuffer') },
          { value: 'allow', label: t('schedules:overlapAllow') },
        ]}
        value={repeat.overlap}
        onChange={(overlap) => overlap && set({ overlap: overlap as Overlap })}
      />
      {Object.keys(problems).length === 0 && (
        <Text size="sm" c="dimmed" role="status" data-testid="repeat-words">
          {t('schedules:words', { when: whenWords(specOf(repeat), repeat.timeZone) })}
        </Text>
      )}
    </Stack>
  );
}
