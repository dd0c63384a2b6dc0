import {
  ActionIcon,
  Button,
  Checkbox,
  Group,
  Loader,
  Popover,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmarks, IconCheck, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useSearchParams } from 'react-router';
import { messageOf } from '../api/problem.ts';
import { useMay } from '../api/session.tsx';
import { useDeleteView, useSaveView, useViews } from '../api/views.ts';
import { t } from '../i18n/index.ts';
import { sayFailed, sayUndoable } from './toast.tsx';
import classes from './views-menu.module.css';

/** Two addresses that filter alike, whatever the order of their parts. */
const sorted = (query: string): string => {
  const search = new URLSearchParams(query);
  search.sort();
  return search.toString();
};

interface ViewsMenuProps {
  /** The page's name, as views keep it. */
  page: string;
  /** The parts of the address that are its filters; what else stands there is no part of a view. */
  filters: readonly string[];
}

/** Saved filters of a page: named, applied and deleted here. Wants the words of the area `lists`. */
export function ViewsMenu({ page, filters }: ViewsMenuProps) {
  const [search, setSearch] = useSearchParams();
  const [opened, { toggle, close }] = useDisclosure();
  const views = useViews(page, opened);
  const remove = useDeleteView();
  const save = useSaveView();
  const isAdmin = useMay('admin');

  const present = new URLSearchParams([...search].filter(([name]) => filters.includes(name))).toString();
  const apply = (query: string): void => {
    setSearch(new URLSearchParams(query), { preventScrollReset: true });
    close();
  };
  const onDelete = (view: { id: string; name: string; query: string; shared: boolean }): void =>
    remove.mutate(view.id, {
      onSuccess: () =>
        sayUndoable(t('lists:views.deleted', { name: view.name }), () =>
          save.mutateAsync({ page, name: view.name, query: view.query, shared: view.shared }),
        ),
      onError: (error) => sayFailed(error),
    });

  return (
    <Popover opened={opened} onDismiss={close} width={320} position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconBookmarks size={16} />}
          onClick={toggle}
          aria-expanded={opened}
          aria-haspopup="dialog"
        >
          {t('lists:views')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('lists:views')}>
        <Stack gap="sm">
          {views.isPending && <Loader size="xs" aria-label={t('loading')} />}
          {views.error && (
            <Text size="sm" c="var(--fl-failed)" role="alert">
              {messageOf(views.error)}
            </Text>
          )}
          {views.data?.length === 0 && (
            <Text size="sm" c="dimmed">
              {t('lists:views.none')}
            </Text>
          )}
          {views.data && views.data.length > 0 && (
            <ul className={classes.list}>
              {views.data.map((view) => {
                const isPresent = sorted(view.query) === sorted(present);
                return (
                  <li key={view.id}>
                    <UnstyledButton
                      className={classes.view}
                      onClick={() => apply(view.query)}
                      aria-current={isPresent || undefined}
                    >
                      <span className="truncate">{view.name}</span>
                      {view.shared && (
                        <Text span size="xs" c="dimmed" className="truncate">
                          {view.own ? t('lists:views.shared') : t('lists:views.by', { name: view.by })}
                        </Text>
                      )}
                      {isPresent && <IconCheck size={15} aria-hidden />}
                    </UnstyledButton>
                    {(view.own || isAdmin) && (
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={t('lists:views.delete', { name: view.name })}
                        onClick={() => onDelete(view)}
                      >
                        <IconTrash size={15} />
                      </ActionIcon>
                    )}
                  </li>
                );
              })}
            </ul>
          )}
          <SaveForm page={page} query={present} save={save} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function SaveForm({ page, query, save }: { page: string; query: string; save: ReturnType<typeof useSaveView> }) {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  if (!query) {
    return (
      <Text size="xs" c="dimmed">
        {t('lists:views.filterFirst')}
      </Text>
    );
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!name.trim()) return;
    save.mutate({ page, name: name.trim(), query, shared }, { onSuccess: () => setName('') });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="xs">
        <TextInput
          label={t('lists:views.name')}
          maxLength={80}
          value={name}
          error={save.error ? messageOf(save.error) : undefined}
          onChange={(event) => {
            setName(event.currentTarget.value);
            if (save.error) save.reset();
          }}
        />
        <Group justify="space-between">
          <Checkbox
            size="xs"
            label={t('lists:views.share')}
            checked={shared}
            onChange={(event) => setShared(event.currentTarget.checked)}
          />
          <Button type="submit" size="xs" disabled={!name.trim()} loading={save.isPending}>
            {t('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
