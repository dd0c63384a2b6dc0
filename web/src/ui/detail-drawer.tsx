import { Drawer, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { t } from '../i18n/index.ts';
import { ErrorNotice } from './notices.tsx';
import { FieldsSkeleton } from './skeletons.tsx';

interface Found<Data> {
  data: Data | undefined;
  error: unknown;
  refetch(): unknown;
}

interface DetailDrawerProps<Data> {
  opened: boolean;
  onClose(): void;
  /** While nothing has been read: what sort of thing it is. */
  title: string;
  /** The name of the thing, once it has been read. */
  heading?(data: Data): ReactNode;
  found: Found<Data>;
  /** In place of what is read, e.g. the form of a new one. */
  instead?: ReactNode;
  size?: string;
  children(data: Data): ReactNode;
}

/** Everything about one row of a list, beside the list: read when it opens, with its loading and its error. */
export function DetailDrawer<Data>(props: DetailDrawerProps<Data>) {
  const { opened, onClose, title, heading, found, instead, size = 'md', children } = props;
  const data = instead ? undefined : found.data;
  const name = data !== undefined && heading ? heading(data) : title;
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      size={size}
      title={
        typeof name === 'string' ? (
          <Text span fw={600} size="lg" style={{ overflowWrap: 'anywhere' }}>
            {name}
          </Text>
        ) : (
          name
        )
      }
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {instead ||
        (data !== undefined ? (
          children(data)
        ) : found.error ? (
          <ErrorNotice error={found.error} onRetry={() => void found.refetch()} />
        ) : (
          opened && (
            <Stack>
              <FieldsSkeleton />
            </Stack>
          )
        ))}
    </Drawer>
  );
}
