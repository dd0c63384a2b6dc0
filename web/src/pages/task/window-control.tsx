import { Button, Group, NumberInput, Popover, Slider, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAdjustmentsHorizontal } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { WINDOW_MAX, WINDOW_MIN } from '../../../../contracts/bulk.ts';
import { t } from '../../i18n/index.ts';

interface WindowControlProps {
  value: number;
  busy: boolean;
  onSet(window: number): void;
}

/** How many accounts of the task are at work at once; may be changed while it runs. */
export function WindowControl({ value, busy, onSet }: WindowControlProps) {
  const [opened, { close, toggle }] = useDisclosure();
  const [draft, setDraft] = useState<number | string>(value);
  const valid = typeof draft === 'number' && draft >= WINDOW_MIN && draft <= WINDOW_MAX;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!valid) return;
    onSet(draft);
    close();
  };

  return (
    <Popover opened={opened} onDismiss={close} width={260} trapFocus withArrow position="bottom-end">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconAdjustmentsHorizontal size={16} />}
          loading={busy}
          onClick={() => {
            setDraft(value);
            toggle();
          }}
          aria-haspopup="dialog"
        >
          {t('task:atOnce', { n: value })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form onSubmit={submit}>
          <Stack gap="sm">
            <NumberInput
              label={t('task:window')}
              min={WINDOW_MIN}
              max={WINDOW_MAX}
              allowDecimal={false}
              value={draft}
              onChange={setDraft}
              data-autofocus
            />
            <Slider
              thumbLabel={t('task:windowSlide')}
              min={WINDOW_MIN}
              max={WINDOW_MAX}
              label={null}
              value={typeof draft === 'number' ? draft : WINDOW_MIN}
              onChange={setDraft}
            />
            <Text size="xs" c="dimmed">
              {t('task:windowHint', { least: WINDOW_MIN, most: WINDOW_MAX })}
            </Text>
            <Group justify="end" gap="xs">
              <Button variant="subtle" onClick={close}>
                {t('close')}
              </Button>
              <Button type="submit" disabled={!valid || draft === value}>
                {t('task:set')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
