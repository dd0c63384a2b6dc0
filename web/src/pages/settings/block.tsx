import { Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';

interface BlockProps {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}

/** A part of a section of the settings, with what it is for. */
export function Block({ title, text, action, children }: BlockProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Stack gap="md">
        <Group justify="space-between" align="flex-start" gap="md">
          <div style={{ flex: '1 1 18rem' }}>
            <Title order={2} id={id}>
              {title}
            </Title>
            {text && (
              <Text c="dimmed" size="sm" mt={4} maw="42rem" component="div">
                {text}
              </Text>
            )}
          </div>
          {action}
        </Group>
        {children}
      </Stack>
    </section>
  );
}
