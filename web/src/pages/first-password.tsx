import { Anchor, Center, Paper, Stack, Text, Title } from '@mantine/core';
import { use } from 'react';
import { useRefreshMe, useSignOut } from '../api/session.tsx';
import { loadTexts, t } from '../i18n/index.ts';
import { Logo } from '../shell/logo.tsx';
import { PasswordForm } from './settings/password-form.tsx';

const texts = loadTexts(['settings']);

/** In place of every page, for who has not yet replaced the password that was handed over. */
export default function FirstPasswordPage() {
  use(texts);
  const refresh = useRefreshMe();
  const signOut = useSignOut();
  return (
    <Center component="main" mih="100dvh" p="md">
      <Paper className="surface" p="xl" w="100%" maw={440}>
        <Stack gap="md">
          <Logo />
          <div>
            <Title order={1}>{t('settings:firstTitle')}</Title>
            <Text c="dimmed" mt={4}>
              {t('settings:firstText')}
            </Text>
          </div>
          <PasswordForm action={t('settings:firstAction')} onDone={() => void refresh()} />
          <Anchor component="button" type="button" size="sm" onClick={() => void signOut()}>
            {t('user.signOut')}
          </Anchor>
        </Stack>
      </Paper>
    </Center>
  );
}
