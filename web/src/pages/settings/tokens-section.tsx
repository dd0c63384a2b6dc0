import { Badge, Button, Group, Modal, MultiSelect, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { AREAS, ROLES, type Scope, scopeSchema } from '../../../../contracts/scopes.ts';
import {
  useMakeToken,
  useMakeWorkerToken,
  useRevokeToken,
  useRevokeWorkerToken,
  useTokens,
  useWorkerTokens,
} from '../../api/tokens.ts';
import type { ApiToken, WorkerToken } from '../../api/types.ts';
import { t } from '../../i18n/index.ts';
import { ask } from '../../ui/confirm.ts';
import { ErrorAlert, ErrorNotice } from '../../ui/notices.tsx';
import { BlockSkeleton } from '../../ui/skeletons.tsx';
import { Ago, At } from '../../ui/time.tsx';
import { sayDone, sayFailed } from '../../ui/toast.tsx';
import { Block } from './block.tsx';
import { OnceDialog } from './once-dialog.tsx';
import { Rows } from './rows.tsx';
import classes from './settings.module.css';

interface Made {
  name: string;
  token: string;
}

/** Tokens of programs and people, and apart from them those of worker hosts. */
export function TokensSection() {
  const [made, setMade] = useState<Made | null>(null);
  const { isPending } = useTokens();
  return (
    <>
      <ProgramTokens onMade={setMade} />
      {/* Where they begin is known with the tokens above them. */}
      {!isPending && <HostTokens onMade={setMade} />}
      {made && (
        <OnceDialog
          title={t('settings:tokenOf', { name: made.name })}
          text={t('settings:tokenKeep')}
          secret={made.token}
          onClose={() => setMade(null)}
        />
      )}
    </>
  );
}

function ProgramTokens({ onMade }: { onMade(made: Made): void }) {
  const tokens = useTokens();
  const revoke = useRevokeToken();
  const [making, setMaking] = useState(false);
  return (
    <Block
      title={t('settings:tokens')}
      text={t('settings:tokensText')}
      action={<MakeButton onClick={() => setMaking(true)} />}
    >
      <TokenTable
        query={tokens}
        none={t('settings:noTokens')}
        onRevoke={(id) => revoke.mutateAsync(id)}
        mayDo={(token) => <Scopes token={token} />}
        expires={({ expiresAt }) => expiresAt}
      />
      {making && <MakeToken onClose={() => setMaking(false)} onMade={onMade} />}
    </Block>
  );
}

function HostTokens({ onMade }: { onMade(made: Made): void }) {
  const tokens = useWorkerTokens();
  const revoke = useRevokeWorkerToken();
  const [making, setMaking] = useState(false);
  return (
    <Block
      title={t('settings:workerTokens')}
      text={t('settings:workerTokensText')}
      action={<MakeButton onClick={() => setMaking(true)} />}
    >
      <TokenTable query={tokens} none={t('settings:noWorkerTokens')} onRevoke={(id) => revoke.mutateAsync(id)} />
      {making && <MakeWorkerToken onClose={() => setMaking(false)} onMade={onMade} />}
    </Block>
  );
}

function MakeButton({ onClick }: { onClick(): void }) {
  return (
    <Button size="xs" leftSection={<IconKey size={15} />} onClick={onClick}>
      {t('settings:makeToken')}
    </Button>
  );
}

function Scopes({ token }: { token: ApiToken }) {
  return (
    <Group gap={4}>
      {token.scopes.map((scope) => (
        <Badge key={scope} variant="default" tt="none" fw={500}>
          {scopeLabel(scope)}
        </Badge>
      ))}
    </Group>
  );
}

/** Roles by their name; areas as programs write them. */
function scopeLabel(scope: string): string {
  const role = ROLES.find((one) => one === scope);
  return role ? t(`role.${role}`) : scope;
}

interface TokenTableProps<Token> {
  query: UseQueryResult<{ items: Token[] }>;
  none: string;
  onRevoke(id: string): Promise<unknown>;
  mayDo?: (token: Token) => ReactNode;
  expires?: (token: Token) => string | null;
}

function TokenTable<Token extends ApiToken | WorkerToken>(props: TokenTableProps<Token>) {
  const { query, none, onRevoke, mayDo, expires } = props;
  if (!query.data) {
    if (query.error) return <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />;
    return <BlockSkeleton height={110} />;
  }
  const { items } = query.data;
  if (items.length === 0) return <Text c="dimmed">{none}</Text>;

  const heads = [
    t('field.name'),
    ...(mayDo ? [t('settings:scopes')] : []),
    t('settings:lastUsed'),
    ...(expires ? [t('settings:expires')] : []),
  ];
  const askRevoke = ({ id, name }: Token): void =>
    ask({
      title: t('settings:revokeTitle', { name }),
      text: t('settings:revokeText'),
      confirm: t('settings:revoke'),
      danger: true,
      onConfirm: () => {
        onRevoke(id).then(
          () => sayDone(t('settings:revokedDone', { name })),
          (error: unknown) => sayFailed(error),
        );
      },
    });
  return (
    <Rows heads={heads}>
      {items.map((token) => {
        const until = expires?.(token) ?? null;
        return (
          <Table.Tr key={token.id} className={token.revokedAt ? classes.gone : undefined}>
            <Table.Td fw={550}>{token.name}</Table.Td>
            {mayDo && <Table.Td>{mayDo(token)}</Table.Td>}
            <Table.Td>
              {token.lastUsedAt ? (
                <>
                  <Ago at={token.lastUsedAt} />
                  <Text size="xs" c="dimmed">
                    {token.lastUsedIp}
                  </Text>
                </>
              ) : (
                t('settings:never')
              )}
            </Table.Td>
            {expires && <Table.Td>{until ? <At at={until} /> : t('settings:noExpiry')}</Table.Td>}
            <Table.Td ta="right">
              {token.revokedAt ? (
                <Badge variant="light" color="gray">
                  {t('settings:revoked')}
                </Badge>
              ) : (
                <Button variant="subtle" color="red" size="compact-sm" onClick={() => askRevoke(token)}>
                  {t('settings:revoke')}
                </Button>
              )}
            </Table.Td>
          </Table.Tr>
        );
      })}
    </Rows>
  );
}

const LIFETIMES = ['30', '90', '365', 'none'] as const;
const DAY_MS = 86_400_000;

function MakeToken({ onClose, onMade }: { onClose(): void; onMade(made: Made): void }) {
  const make = useMakeToken();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>(['viewer']);
  const [lifetime, setLifetime] = useState<string>('90');
  const ready = name.trim() !== '' && scopes.length > 0;
  const data = [
    { group: t('settings:roles'), items: ROLES.map((role) => ({ value: role, label: t(`role.${role}`) })) },
    { group: t('settings:areas'), items: AREAS.flatMap((area) => [`${area}:read`, `${area}:write`]) },
  ];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    const chosen: Scope[] = scopeSchema.options.filter((scope) => scopes.includes(scope));
    const days = Number(lifetime);
    const expiresAt = days > 0 ? { expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() } : {};
    make.mutate(
      { name: name.trim(), scopes: chosen, ...expiresAt },
      {
        onSuccess: (made) => {
          onClose();
          onMade(made);
        },
      },
    );
  };
  return (
    <Modal opened onClose={onClose} title={t('settings:makeToken')} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <NameField value={name} onChange={setName} hint={t('settings:tokenNameHint')} />
          <MultiSelect
            label={t('settings:scopes')}
            description={t('settings:scopesHint')}
            data={data}
            value={scopes}
            onChange={setScopes}
            searchable
            hidePickedOptions
          />
          <Select
            label={t('settings:expires')}
            allowDeselect={false}
            data={LIFETIMES.map((value) => ({
              value,
              label: value === 'none' ? t('settings:noExpiry') : t('settings:inDays', { count: Number(value) }),
            }))}
            value={lifetime}
            onChange={(value) => setLifetime(value ?? '90')}
          />
          <ErrorAlert error={make.error} />
          <FormEnd ready={ready} busy={make.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function MakeWorkerToken({ onClose, onMade }: { onClose(): void; onMade(made: Made): void }) {
  const make = useMakeWorkerToken();
  const [name, setName] = useState('');
  const ready = name.trim() !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    make.mutate(name.trim(), {
      onSuccess: (made) => {
        onClose();
        onMade(made);
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('settings:makeWorkerToken')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <NameField value={name} onChange={setName} hint={t('settings:hostNameHint')} />
          <ErrorAlert error={make.error} />
          <FormEnd ready={ready} busy={make.isPending} onClose={onClose} />
        </Stack>
      </form>
    </Modal>
  );
}

function NameField({ value, onChange, hint }: { value: string; onChange(value: string): void; hint: string }) {
  return (
    <TextInput
      label={t('field.name')}
      description={hint}
      data-autofocus
      maxLength={100}
      autoComplete="off"
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function FormEnd({ ready, busy, onClose }: { ready: boolean; busy: boolean; onClose(): void }) {
  return (
    <Group justify="end" gap="xs">
      <Button variant="default" onClick={onClose}>
        {t('cancel')}
      </Button>
      <Button type="submit" disabled={!ready} loading={busy}>
        {t('settings:makeToken')}
      </Button>
    </Group>
  );
}
