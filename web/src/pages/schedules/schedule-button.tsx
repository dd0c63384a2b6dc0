import { Button } from '@mantine/core';
import { IconCalendarRepeat } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useNavigate } from 'react-router';
import { createSchedule } from '../../api/schedules.ts';
import type { Order } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ErrorAlert } from '../../ui/notices.tsx';
import { sayDone } from '../../ui/toast.tsx';
import { type Repeat, specOf } from './repeat.ts';
import { whenWords } from './when-words.ts';

/** As the API takes it. */
const NAME_LENGTH = 100;

interface ScheduleButtonProps {
  kind: string;
  order: Order | undefined;
  repeat: Repeat;
  disabled: boolean;
  newKey(): string;
  onDone(): void;
}

/** Makes a schedule of an order that was checked. */
export function ScheduleButton({ kind, order, repeat, disabled, newKey, onDone }: ScheduleButtonProps) {
  const navigate = useNavigate();
  const client = useQueryClient();
  const asked = JSON.stringify([order, repeat]);
  // One key for one order: pressing twice, or again after a lost answer, makes one schedule.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another order is another key
  const key = useMemo(newKey, [asked]);
  const create = useMutation({
    mutationFn: () => {
      if (!order) throw new Error(t('schedules:accountsFirst'));
      const { name, ...rest } = order;
      // Who cannot take part at some time is left out then, instead of holding up all others.
      const body = { kind, order: { ...rest, skipRefused: true }, spec: specOf(repeat), overlap: repeat.overlap };
      const named = name ? { name: name.slice(0, NAME_LENGTH) } : {};
      return createSchedule({ ...body, ...named, timeZone: repeat.timeZone }, key);
    },
    onSuccess: (schedule) => {
      onDone();
      sayDone(`${schedule.name}: ${whenWords(schedule.spec, schedule.timeZone)}.`);
      void client.invalidateQueries({ queryKey: ['schedules'] });
      void navigate(`/schedules/${schedule.id}`);
    },
  });
  return (
    <>
      <Button
        leftSection={<IconCalendarRepeat size={16} />}
        disabled={disabled}
        loading={create.isPending}
        onClick={() => create.mutate()}
      >
        {t('schedules:make')}
      </Button>
      {create.error && (
        <div style={{ flexBasis: '100%' }}>
          <ErrorAlert error={create.error} title={t('schedules:notMade')} />
        </div>
      )}
    </>
  );
}
