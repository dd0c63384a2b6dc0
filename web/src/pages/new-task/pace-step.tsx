import { Group, NumberInput, Stack, Switch } from '@mantine/core';
import { WINDOW_MAX, WINDOW_MIN } from '../../../../contracts/bulk.ts';
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
    ...(within(draft.window, WINDOW_MIN, WINDOW_MAX) ? {} : { window: `From ${WINDOW_MIN} to ${WINDOW_MAX}.` }),
    ...(draft.minGapSeconds === '' || within(draft.minGapSeconds, 0, 86_400)
      ? {}
      : { minGapSeconds: 'From 0 to 86,400 seconds.' }),
    ...(!draft.breaker || within(draft.breakerShare, 5, 100) ? {} : { breakerShare: 'From 5 to 100 percent.' }),
    ...(!draft.breaker || within(draft.breakerAmong, 3, 1_000) ? {} : { breakerAmong: 'From 3 to 1,000 accounts.' }),
    ...(draft.startAt && Date.parse(draft.startAt) < Date.now() ? { startAt: 'This time has passed.' } : {}),
    ...(draft.repeat && Object.keys(repeatProblems(draft.repeat)).length > 0 ? { repeat: 'Not complete.' } : {}),
  };
}

export function PaceStep({ draft, onChange }: PaceStepProps) {
  const problems = paceProblems(draft);
  return (
    <Stack gap="lg" maw={560}>
      <NumberInput
        label="Accounts at once"
        description="Can be changed while the task runs. Account and platform limits apply beside it."
        min={WINDOW_MIN}
        max={WINDOW_MAX}
        allowDecimal={false}
        value={draft.window}
        error={problems.window}
        onChange={(window) => onChange({ window })}
      />
      <NumberInput
        label="Seconds between two posts of one account"
        description="Leave it empty to go by the account's and the platform's own limits."
        min={0}
        max={86_400}
        value={draft.minGapSeconds}
        error={problems.minGapSeconds}
        onChange={(minGapSeconds) => onChange({ minGapSeconds })}
      />
      <fieldset className={classes.group}>
        <Switch
          label="Pause by itself when too many fail"
          description="So that one broken thing does not fail every account."
          checked={draft.breaker}
          onChange={(event) => onChange({ breaker: event.currentTarget.checked })}
        />
        {draft.breaker && (
          <Group grow mt="md" align="start">
            <NumberInput
              label="Share of failures"
              suffix=" %"
              min={5}
              max={100}
              value={draft.breakerShare}
              error={problems.breakerShare}
              onChange={(breakerShare) => onChange({ breakerShare })}
            />
            <NumberInput
              label="Among the last ended accounts"
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
