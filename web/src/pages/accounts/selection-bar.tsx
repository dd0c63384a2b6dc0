import { Button, Group, Popover, TagsInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconTagPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useTagAccounts, useTags } from '../../api/accounts.ts';
import { t } from '../../i18n/index.ts';
import { type Selection, SelectionBar } from '../../ui/selection.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';

/** What can be done with the chosen accounts. */
export function AccountSelection({ selection }: { selection: Selection }) {
  const navigate = useNavigate();
  const [opened, { toggle, close }] = useDisclosure();
  const [tags, setTags] = useState<string[]>([]);
  const known = useTags();
  const tagging = useTagAccounts();
  const ids = [...selection.chosen];

  const change = (what: 'add' | 'remove'): void => {
    tagging.mutate(
      { ids, [what]: tags },
      {
        onSuccess: () => {
          sayDone(t('accounts:tagsChanged', { count: ids.length }));
          close();
          setTags([]);
        },
        onError: (error) => sayFailed(error),
      },
    );
  };

  return (
    <SelectionBar
      selection={selection}
      label={t('accounts:chosenRegion')}
      count={t('accounts:chosen', { count: ids.length })}
    >
      <Button
        leftSection={<IconPlus size={16} />}
        onClick={() => void navigate('/tasks/new', { state: { accountIds: ids } })}
      >
        {t('nav.newTask')}
      </Button>
      <Popover opened={opened} onDismiss={close} width={300} trapFocus position="top">
        <Popover.Target>
          <Button variant="default" leftSection={<IconTagPlus size={16} />} onClick={toggle}>
            {t('field.tags')}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <TagsInput
            label={t('field.tags')}
            value={tags}
            onChange={setTags}
            data={(known.data ?? []).map(({ tag }) => tag)}
            comboboxProps={{ withinPortal: false }}
          />
          <Group mt="sm" gap="xs">
            <Button disabled={tags.length === 0} loading={tagging.isPending} onClick={() => change('add')}>
              {t('accounts:tags.add')}
            </Button>
            <Button
              variant="default"
              disabled={tags.length === 0}
              loading={tagging.isPending}
              onClick={() => change('remove')}
            >
              {t('accounts:tags.remove')}
            </Button>
          </Group>
        </Popover.Dropdown>
      </Popover>
    </SelectionBar>
  );
}
