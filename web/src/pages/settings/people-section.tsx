import { Badge, Button, Group, Menu, Modal, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconDots, IconUserPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { ROLES } from '../../../../contracts/scopes.ts';
import {
  type Role,
  useAddPerson,
  useChangePerson,
  useDeletePerson,
  usePeople,
  useResetPassword,
} from '../../api/people.ts';
import { useMe } from '../../api/session.tsx';
import type { Person } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ask, askDelete } from '../../ui/confirm.ts';
import { ErrorAlert, ErrorNotice, Notice } from '../../ui/notices.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { Ago } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { Block } from './block.tsx';
import { OnceDialog } from './once-dialog.tsx';
import { Rows } from './rows.tsx';
import classes from './settings.module.css';

interface Handed {
  name: string;
  password: string;
}

const roleData = () => ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }));

/** People who sign in by name and password. */
export function PeopleSection() {
  const people = usePeople();
  const [adding, setAdding] = useState(false);
  const [handed, setHanded] = useState<Handed | null>(null);
  const button = (
    <Button size="xs" leftSection={<IconUserPlus size={15} />} onClick={() => setAdding(true)}>
      {t('settings:addPerson')}
    </Button>
  );
  return (
    <Block title={t('settings:people')} text={t('settings:peopleText')} action={button}>
      {people.error ? (
        <ErrorNotice error={people.error} onRetry={people.reload} />
      ) : people.isPending ? (
        <BlockSkeleton height={140} />
      ) : people.items.length === 0 ? (
        <Notice icon={IconUserPlus} title={t('settings:nobody')}>
          {t('settings:nobodyText')}
        </Notice>
      ) : (
        <div>
          <Rows heads={[t('field.name'), t('settings:role'), t('settings:lastSignIn')]}>
            {people.items.map((person) => (
              <PersonRow key={person.id} person={person} onHanded={setHanded} />
            ))}
          </Rows>
          {people.hasMore && (
            <Button variant="default" mt="sm" loading={people.isFetchingMore} onClick={people.loadMore}>
              {t('settings:more')}
            </Button>
          )}
        </div>
      )}
      {adding && <AddPerson onClose={() => setAdding(false)} onAdded={setHanded} />}
      {handed && (
        <OnceDialog
          title={t('settings:passwordOf', { name: handed.name })}
          text={t('settings:handOver', { name: handed.name })}
          secret={handed.password}
          onClose={() => setHanded(null)}
        />
      )}
    </Block>
  );
}

function PersonRow({ person, onHanded }: { person: Person; onHanded(handed: Handed): void }) {
  const me = useMe();
  const change = useChangePerson();
  const reset = useResetPassword();
  const remove = useDeletePerson();
  const { id, name, disabled } = person;
  const isMe = me.id === `user:${id}`;
  const onError = (error: unknown): void => sayFailed(error);

  const setRole = (role: Role): void =>
    change.mutate({ id, role }, { onSuccess: () => sayDone(t('settings:roleChanged', { name })), onError });
  const askDisable = (): void =>
    ask({
      title: t('settings:disableTitle', { name }),
      text: t('settings:disableText'),
      confirm: t('settings:disable'),
      danger: true,
      onConfirm: () => change.mutate({ id, disabled: true }, { onError }),
    });
  const askReset = (): void =>
    ask({
      title: t('settings:resetTitle', { name }),
      text: t('settings:resetText'),
      confirm: t('settings:reset'),
      onConfirm: () => reset.mutate(id, { onSuccess: ({ password }) => onHanded({ name, password }), onError }),
    });
  const askRemove = (): void =>
    askDelete({
      title: t('settings:deleteTitle', { name }),
      text: t('settings:deleteText'),
      onConfirm: () => remove.mutate(id, { onError }),
    });

  return (
    <Table.Tr className={disabled ? classes.gone : undefined}>
      <Table.Td>
        <Group gap="xs">
          <Text span fw={550}>
            {name}
          </Text>
          {isMe && <Badge variant="light">{t('settings:you')}</Badge>}
          {disabled && (
            <Badge variant="light" color="gray">
              {t('settings:disabled')}
            </Badge>
          )}
          {person.mustChangePassword && !disabled && (
            <Badge variant="dot" color="orange">
              {t('settings:firstPassword')}
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        <Select
          aria-label={t('settings:roleOf', { name })}
          size="xs"
          w={130}
          allowDeselect={false}
          data={roleData()}
          value={person.role}
          disabled={change.isPending}
          onChange={(value) => {
            const role = ROLES.find((one) => one === value);
            if (role && role !== person.role) setRole(role);
          }}
        />
      </Table.Td>
      <Table.Td>{person.lastSignInAt ? <Ago at={person.lastSignInAt} /> : t('settings:never')}</Table.Td>
      <Table.Td ta="right">
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="subtle" color="gray" size="compact-sm" aria-label={t('settings:moreOf', { name })}>
              <IconDots size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={askReset}>{t('settings:reset')}</Menu.Item>
            {disabled ? (
              <Menu.Item onClick={() => change.mutate({ id, disabled: false }, { onError })}>
                {t('settings:enable')}
              </Menu.Item>
            ) : (
              <Menu.Item onClick={askDisable}>{t('settings:disable')}</Menu.Item>
            )}
            <Menu.Item color="red" onClick={askRemove}>
              {t('confirm.delete')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Table.Td>
    </Table.Tr>
  );
}

function AddPerson({ onClose, onAdded }: { onClose(): void; onAdded(handed: Handed): void }) {
  const add = useAddPerson();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    add.mutate(
      { name: name.trim(), role },
      {
        onSuccess: ({ name: added, password }) => {
          onClose();
          onAdded({ name: added, password });
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={t('settings:addPerson')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label={t('field.name')}
            data-autofocus
            maxLength={100}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Select
            label={t('settings:role')}
            description={t(`settings:may.${role}`)}
            allowDeselect={false}
            data={roleData()}
            value={role}
            onChange={(value) => setRole(ROLES.find((one) => one === value) ?? role)}
          />
          <ErrorAlert error={add.error} />
          <Group justify="end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" disabled={name.trim() === ''} loading={add.isPending}>
              {t('settings:addPerson')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
