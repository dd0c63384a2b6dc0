import { ActionIcon, Button, CopyButton as Copying, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { t } from '../i18n/index.ts';

interface CopyButtonProps {
  value: string;
  /** What is copied, for the button's name. An icon alone unless `withText`. */
  label?: string;
  withText?: boolean;
}

/** Puts a value on the clipboard, and says so where the button stands. */
export function CopyButton({ value, label = t('copy'), withText = false }: CopyButtonProps) {
  return (
    <Copying value={value} timeout={2_000}>
      {({ copied, copy }) => {
        const Icon = copied ? IconCheck : IconCopy;
        const text = copied ? t('copy.done') : label;
        return withText ? (
          <Button variant="default" size="xs" leftSection={<Icon size={14} />} onClick={copy}>
            {text}
          </Button>
        ) : (
          <Tooltip label={text}>
            <ActionIcon variant="subtle" color="gray" aria-label={text} onClick={copy}>
              <Icon size={16} />
            </ActionIcon>
          </Tooltip>
        );
      }}
    </Copying>
  );
}
