import { Button, Center, Paper, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { messageOf } from '../api/problem.ts';
import { useMeQuery, useSignIn } from '../api/session.tsx';
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
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(linked);
  const target = returnTo(location.state);

  const submit = async (value: string): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await signIn(value);
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
    const given = tokenOf(location.hash);
    if (!given) return;
    // The token must not stay in the address bar or in the history.
    void navigate('/sign-in', { replace: true, state: location.state });
    void submit(given);
  }, [location.hash]);

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (token.trim()) void submit(token.trim());
  };

  if (me.data && !busy) return <Navigate to={target} replace />;
  if (busy && !token) return <PageLoader />;
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper className="surface" p="xl" w="100%" maw={400}>
        <form onSubmit={onSubmit}>
          <Stack gap="md">
            <Logo />
            <div>
              <Title order={1}>{t('signIn:title')}</Title>
              <Text c="dimmed" mt={4}>
                <Phrase of="signIn:how" parts={{ code: <code /> }} />
              </Text>
            </div>
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
      </Paper>
    </Center>
  );
}
