import { CloseButton, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { t } from '../i18n/index.ts';

const WAIT_MS = 250;

interface SearchFieldProps {
  label: string;
  placeholder?: string;
  value: string | undefined;
  /** Called when typing has come to rest; with nothing when the field is empty. */
  onChange(value: string | undefined): void;
}

/** The search of a list; the key `/` goes to the first one of the page. */
export function SearchField({ label, placeholder, value, onChange }: SearchFieldProps) {
  const [typed, setTyped] = useState(value ?? '');
  const told = useRef(value);
  const tell = (text: string): void => {
    told.current = text.trim() || undefined;
    onChange(told.current);
  };
  const tellLater = useDebouncedCallback(tell, WAIT_MS);
  // The back button and cleared filters change the value from outside.
  useEffect(() => {
    if (value === told.current) return;
    told.current = value;
    setTyped(value ?? '');
  }, [value]);
  return (
    <TextInput
      data-search
      aria-label={label}
      placeholder={placeholder ?? label}
      leftSection={<IconSearch size={16} />}
      w={{ base: '100%', sm: 260 }}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        tellLater(event.currentTarget.value);
      }}
      rightSection={
        typed && (
          <CloseButton
            size="sm"
            aria-label={t('search.clear')}
            onClick={() => {
              setTyped('');
              tell('');
            }}
          />
        )
      }
    />
  );
}
