import { Alert, Button, Center, Loader, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import {
  IconAlertCircle,
  IconLock,
  IconMapOff,
  IconPlugConnectedX,
  IconRefresh,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { ApiError, messageOf } from '../api/problem.ts';
import { useMe } from '../api/session.tsx';
import { t } from '../i18n/index.ts';
import type { Role } from '../pages.tsx';

interface NoticeProps {
  icon: TablerIcon;
  title: string;
  children: ReactNode;
  action?: ReactNode;
  color?: string;
}

/** What stands where a page or a list would be: nothing there yet, not allowed, or gone wrong. */
export function Notice({ icon: Icon, title, children, action, color = 'tide' }: NoticeProps) {
  return (
    <Center py={56} px="md">
      <Stack align="center" gap="sm" maw={440} ta="center">
        <ThemeIcon size={48} radius="xl" variant="light" color={color}>
          <Icon size={24} stroke={1.6} />
        </ThemeIcon>
        <Title order={2}>{title}</Title>
        <Text c="dimmed" component="div">
          {children}
        </Text>
        {action}
      </Stack>
    </Center>
  );
}

/** In place of a page that the person's role does not reach. */
export function ForbiddenNotice({ role }: { role: Role }) {
  const me = useMe();
  return (
    <Notice icon={IconLock} title={t('forbidden.title')} color="orange">
      {t('forbidden.needs', { needed: t(`role.${role}`), role: t(`role.${me.role}`) })} {t('forbidden.ask')}
    </Notice>
  );
}

/** An error in place of what was asked for, with the way out. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const status = error instanceof ApiError ? error.status : undefined;
  const retry = onRetry && (
    <Button variant="default" leftSection={<IconRefresh size={16} />} onClick={onRetry}>
      {t('error.retry')}
    </Button>
  );
  if (status === 403) {
    return (
      <Notice icon={IconLock} title={t('forbidden.title')} color="orange">
        {messageOf(error)} {t('forbidden.ask')}
      </Notice>
    );
  }
  if (status === 404) {
    return (
      <Notice icon={IconMapOff} title={t('notFound.title')} color="gray">
        {messageOf(error)}
      </Notice>
    );
  }
  const [icon, title] = status === 0 ? [IconPlugConnectedX, t('offline.title')] : [IconAlertCircle, t('error.title')];
  return (
    <Notice icon={icon} title={title} color="red" action={retry}>
      {messageOf(error)}
    </Notice>
  );
}

/** An error beside what is still there, e.g. above a form's buttons. */
export function ErrorAlert({ error, title }: { error: unknown; title?: string }) {
  if (!error) return null;
  const fields = error instanceof ApiError ? error.errors : [];
  return (
    <Alert color="red" variant="light" icon={<IconAlertCircle size={18} />} title={title} role="alert">
      {messageOf(error)}
      {fields.length > 0 && (
        <Stack component="ul" gap={2} mt={6} mb={0} pl="md">
          {fields.slice(0, 8).map(({ path, message }) => (
            <li key={`${path}${message}`}>
              <b>{path}</b>: {message}
            </li>
          ))}
          {fields.length > 8 && <li>{t('error.more', { count: fields.length - 8 })}</li>}
        </Stack>
      )}
    </Alert>
  );
}

export function PageLoader() {
  return (
    <Center py={96} role="status" aria-label={t('loading')}>
      <Loader type="dots" />
    </Center>
  );
}
