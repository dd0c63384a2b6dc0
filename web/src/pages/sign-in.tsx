import { Anchor, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { messageOf } from '../api/problem.ts';
import { useMeQuery, useSignIn } from '../api/session.tsx';
import type { SignIn } from '../api/types.ts';
import { t } from '../i18n/index.ts';
import { Phrase } from '../i18n/phrase.tsx';
import { Logo } from '../shell/logo.tsx';
import { PageLoader } from '../ui/notices.tsx';

/** Only addresses of our own: a link must not lead people elsewhere after they signed in. */
function returnTo(state: unknown): string {
  const from = typeof state === 'object' && state !== null && 'from' in state ? state.from : undefined;
  return typeof from === 'string' && /^\/(?![/\\])/.test(from) ? from : '/';
}

const tokenOf = (hash: string): string => new URLSearchParams(hash.slice(1)).get('token') ?? '';

export function SignInPage() {
  const location = useLocation();
  const [linked] = useState(() => tokenOf(location.hash) !== '');
  const me = useMeQuery(!linked);
  const signIn = useSignIn();
  const navigate = useNavigate();
  const [byToken, setByToken] = useState(false);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(linked);
  const [follows, setFollows] = useState(linked);
  const target = returnTo(location.state);

  const submit = async (given: SignIn): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await signIn(given);
      await navigate(target, { replace: true });
    } catch (reason) {
      setError(messageOf(reason));
      setBusy(false);
    }
  };

  useEffect(() => {
    document.title = `${t('signIn:title')} · Flotilla`;
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each link that is opened is tried once, also in this tab
  useEffect(() => {
    const token = tokenOf(location.hash);
    if (!token) return;
    // The token must not stay in the address bar or in the history.
    void navigate('/sign-in', { replace: true, state: location.state });
    setByToken(true);
    setFollows(true);
    void submit({ token }).finally(() => setFollows(false));
  }, [location.hash]);

  if (me.data && !busy) return <Navigate to={target} replace />;
  if (follows) return <PageLoader />;
  const Form = byToken ? TokenForm : PasswordForm;
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper className="surface" p="xl" w="100%" maw={400}>
        <Stack gap="md">
          <Logo />
          <div>
            <Title order={1}>{t('signIn:title')}</Title>
            <Text c="dimmed" mt={4}>
              {byToken ? <Phrase of="signIn:howToken" parts={{ code: <code /> }} /> : t('signIn:how')}
            </Text>
          </div>
          <Form error={error} busy={busy} onSubmit={(given) => void submit(given)} />
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => {
              setByToken(!byToken);
              setError(undefined);
            }}
          >
            {byToken ? t('signIn:withPassword') : t('signIn:withToken')}
          </Anchor>
        </Stack>
      </Paper>
    </Center>
  );
}

interface FormProps {
  error: string | undefined;
  busy: boolean;
  onSubmit(given: SignIn): void;
}

function PasswordForm({ error, busy, onSubmit }: FormProps) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const ready = name.trim() !== '' && password !== '';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) onSubmit({ name: name.trim(), password });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t('field.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
        />
        <PasswordInput
          label={t('field.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          error={error}
          autoComplete="current-password"
        />
        <Button type="submit" loading={busy} disabled={!ready} size="md">
          {t('signIn:action')}
        </Button>
      </Stack>
    </form>
  );
}

function TokenForm({ error, busy, onSubmit }: FormProps) {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim()) onSubmit({ token: token.trim() });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <PasswordInput
          label={t('signIn:token')}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={error}
          autoComplete="off"
          spellCheck={false}
          autoFocus
        />
        <Button type="submit" loading={busy} disabled={!token.trim()} size="md">
          {t('signIn:action')}
        </Button>
      </Stack>
    </form>
  );
}
