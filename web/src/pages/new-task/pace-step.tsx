import { Group, NumberInput, Stack, Switch } from '@mantine/core';
import { WINDOW_MAX, WINDOW_MIN } from '../../../../contracts/bulk.ts';
import { t } from '../../i18n/index.ts';
import { repeatProblems } from '../schedules/repeat.ts';
import { WhenField } from '../schedules/when-field.tsx';
import type { Draft } from './draft.ts';
import classes from './new-task.module.css';

interface PaceStepProps {
  draft: Draft;
  onChange(changes: Partial<Draft>): void;
}

const within = (value: number | string, least: number, most: number): boolean =>
  typeof value === 'number' && value >= least && value <= most;

/** What is wrong with the pace, by field. */
export function paceProblems(draft: Draft): Partial<Record<keyof Draft, string>> {
  return {
    ...(within(draft.window, WINDOW_MIN, WINDOW_MAX)
      ? {}
      : { window: t('newTask:fault.range', { least: WINDOW_MIN, most: WINDOW_MAX }) }),
    ...(draft.minGapSeconds === '' || within(draft.minGapSeconds, 0, 86_400)
      ? {}
      : { minGapSeconds: t('newTask:fault.gap') }),
    ...(draft.canary === undefined || draft.canary === '' || within(draft.canary, 1, 100_000)
      ? {}
      : { canary: t('newTask:fault.range', { least: 1, most: 100_000 }) }),
    ...(!draft.breaker || within(draft.breakerShare, 5, 100) ? {} : { breakerShare: t('newTask:fault.share') }),
    ...(!draft.breaker || within(draft.breakerAmong, 3, 1_000) ? {} : { breakerAmong: t('newTask:fault.among') }),
    ...(draft.startAt && Date.parse(draft.startAt) < Date.now() ? { startAt: t('newTask:fault.past') } : {}),
    ...(draft.repeat && Object.keys(repeatProblems(draft.repeat)).length > 0
      ? { repeat: t('newTask:fault.incomplete') }
      : {}),
  };
}

export function PaceStep({ draft, onChange }: PaceStepProps) {
  const problems = paceProblems(draft);
  return (
    <Stack gap="lg" maw={560}>
      <NumberInput
        label={t('newTask:window')}
        description={t('newTask:windowText')}
        min={WINDOW_MIN}
        max={WINDOW_MAX}
        allowDecimal={false}
        value={draft.window}
        error={problems.window}
        onChange={(window) => onChange({ window })}
      />
      <NumberInput
        label={t('newTask:gap')}
        description={t('newTask:gapText')}
        min={0}
        max={86_400}
        value={draft.minGapSeconds}
        error={problems.minGapSeconds}
        onChange={(minGapSeconds) => onChange({ minGapSeconds })}
      />
      <NumberInput
        label={t('newTask:canary')}
        description={t('newTask:canaryText')}
        placeholder={t('newTask:canaryNone')}
        min={1}
        max={100_000}
        allowDecimal={false}
        value={draft.canary ?? ''}
        error={problems.canary}
        onChange={(canary) => onChange({ canary })}
      />
      <fieldset className={classes.group}>
        <Switch
          label={t('newTask:breaker')}
          description={t('newTask:breakerText')}
          checked={draft.breaker}
          onChange={(event) => onChange({ breaker: event.currentTarget.checked })}
        />
        {draft.breaker && (
          <Group grow mt="md" align="start">
            <NumberInput
              label={t('newTask:share')}
              suffix=" %"
              min={5}
              max={100}
              value={draft.breakerShare}
              error={problems.breakerShare}
              onChange={(breakerShare) => onChange({ breakerShare })}
            />
            <NumberInput
              label={t('newTask:among')}
              min={3}
              max={1_000}
              allowDecimal={false}
              value={draft.breakerAmong}
              error={problems.breakerAmong}
              onChange={(breakerAmong) => onChange({ breakerAmong })}
            />
          </Group>
        )}
      </fieldset>
      <WhenField when={draft} startAtError={problems.startAt} onChange={onChange} />
    </Stack>
  );
}
