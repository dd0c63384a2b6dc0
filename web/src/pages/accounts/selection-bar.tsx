import { Button, Group, Paper, Popover, TagsInput, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconTagPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useTagAccounts, useTags } from '../../api/accounts.ts';
import { plural } from '../../ui/format.ts';
import { sayDone, sayFailed } from '../../ui/toast.tsx';

/** What can be done with the chosen accounts; stays at the foot of the window. */
export function SelectionBar({ ids, onClear }: { ids: string[]; onClear(): void }) {
  const navigate = useNavigate();
  const [opened, { toggle, close }] = useDisclosure();
  const [tags, setTags] = useState<string[]>([]);
  const known = useTags();
  const tagging = useTagAccounts();

  const change = (what: 'add' | 'remove'): void => {
    tagging.mutate(
      { ids, [what]: tags },
      {
        onSuccess: () => {
          sayDone(`Tags of ${plural(ids.length, 'account')} changed.`);
          close();
          setTags([]);
        },
        onError: (error) => sayFailed(error),
      },
    );
  };

  return (
    <Paper
      shadow="lg"
      withBorder
      p="xs"
      pl="md"
      pos="sticky"
      bottom={16}
      mx="auto"
      maw="100%"
      style={{ zIndex: 3 }}
      role="region"
      aria-label="Chosen accounts"
    >
      <Group gap="sm">
        <Text fw={550} className="tabular">
          {plural(ids.length, 'account')} chosen
        </Text>
        <Button
          leftSection={<IconPlus size={16} />}
          onClick={() => void navigate('/tasks/new', { state: { accountIds: ids } })}
        >
          New bulk task
        </Button>
        <Popover opened={opened} onDismiss={close} width={300} trapFocus position="top">
          <Popover.Target>
            <Button variant="default" leftSection={<IconTagPlus size={16} />} onClick={toggle}>
              Tags
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <TagsInput
              label="Tags"
              value={tags}
              onChange={setTags}
              data={(known.data ?? []).map(({ tag }) => tag)}
              comboboxProps={{ withinPortal: false }}
            />
            <Group mt="sm" gap="xs">
              <Button disabled={tags.length === 0} loading={tagging.isPending} onClick={() => change('add')}>
                Add
              </Button>
              <Button
                variant="default"
                disabled={tags.length === 0}
                loading={tagging.isPending}
                onClick={() => change('remove')}
              >
                Remove
              </Button>
            </Group>
          </Popover.Dropdown>
        </Popover>
        <Button variant="subtle" onClick={onClear}>
          Clear
        </Button>
      </Group>
    </Paper>
  );
}
