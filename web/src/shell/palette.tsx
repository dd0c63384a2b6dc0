import { useMantineColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import {
  createSpotlight,
  Spotlight,
  type SpotlightActionData,
  type SpotlightActionGroupData,
} from '@mantine/spotlight';
import {
  IconKeyboard,
  IconLanguage,
  IconListCheck,
  IconLogout,
  IconPlus,
  IconSunMoon,
  IconUser,
} from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNavigate } from 'react-router';
import { useKinds } from '../api/bulk.ts';
import { api, unwrap } from '../api/client.ts';
import { useMayRank, useSignOut } from '../api/session.tsx';
import { loadTexts, shared, t, useLanguage } from '../i18n/index.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/language.ts';
import { addressOf, NAVIGATION } from '../pages.tsx';
import { BULK_LOOKS } from '../ui/states.tsx';
import { closeOverlay, openHelp } from './shortcuts.ts';
import { chooseLanguage } from './use-own-language.ts';

const FOUND = 6;
const WAIT_MS = 200;
const SCHEMES = ['light', 'dark', 'auto'] as const;

const [store, spotlight] = createSpotlight();

/** Accounts and bulk tasks whose names hold what was typed. */
function useFound(typed: string) {
  const [q] = useDebouncedValue(typed.trim(), WAIT_MS);
  return useQuery({
    queryKey: ['palette', q],
    enabled: q.length > 1,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const [accounts, tasks] = await Promise.all([
        unwrap(api.GET('/api/accounts', { params: { query: { q, limit: FOUND } } })),
        unwrap(api.GET('/api/bulk', { params: { query: { limit: 100 } } })),
      ]);
      const wanted = q.toLowerCase();
      return {
        accounts: accounts.items,
        tasks: tasks.items.filter(({ name }) => name.toLowerCase().includes(wanted)).slice(0, FOUND),
      };
    },
  });
}

const matches = (typed: string, label: string): boolean => {
  const text = label.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
};

export function Palette({ opened }: { opened: boolean }) {
  const [typed, setTyped] = useState('');
  const navigate = useNavigate();
  const may = useMayRank();
  const signOut = useSignOut();
  const language = useLanguage();
  const { setColorScheme } = useMantineColorScheme();
  const kinds = useKinds();
  const found = useFound(typed);
  const [, setReady] = useState(0);

  useEffect(() => {
    if (opened) spotlight.open();
    else spotlight.close();
  }, [opened]);
  useEffect(() => {
    loadTexts(['shared']).then(
      () => setReady((times) => times + 1),
      () => undefined,
    );
  }, []);

  const go = (to: string) => () => void navigate(to);
  const fixed: SpotlightActionGroupData[] = [
    {
      group: t('palette.pages'),
      actions: NAVIGATION.filter(({ role }) => may(role ?? 'viewer')).map((page) => {
        const Icon = page.nav.icon;
        return {
          id: page.path,
          label: t(page.title),
          leftSection: <Icon size={18} stroke={1.7} />,
          onClick: go(addressOf(page)),
        };
      }),
    },
    {
      group: t('palette.kinds'),
      actions: may('operator')
        ? (kinds.data ?? []).map((kind) => ({
            id: `kind ${kind.name}`,
            label: shared(kind.title),
            leftSection: <IconPlus size={18} stroke={1.7} />,
            onClick: go(`/tasks/new/${kind.name}`),
          }))
        : [],
    },
    {
      group: t('palette.actions'),
      actions: [
        ...SCHEMES.map((scheme) => ({
          id: `theme ${scheme}`,
          label: t('palette.theme', { scheme: t(`user.${scheme}`) }),
          leftSection: <IconSunMoon size={18} stroke={1.7} />,
          onClick: () => setColorScheme(scheme),
        })),
        ...LANGUAGES.filter((one) => one !== language).map((one) => ({
          id: `language ${one}`,
          label: t('palette.language', { language: LANGUAGE_NAMES[one] }),
          leftSection: <IconLanguage size={18} stroke={1.7} />,
          onClick: () => void chooseLanguage(one),
        })),
        {
          id: 'help',
          label: t('palette.help'),
          leftSection: <IconKeyboard size={18} stroke={1.7} />,
          onClick: () => setTimeout(openHelp),
        },
        {
          id: 'sign out',
          label: t('palette.signOut'),
          leftSection: <IconLogout size={18} stroke={1.7} />,
          onClick: () => void signOut(),
        },
      ],
    },
  ];
  const named: SpotlightActionGroupData[] = [
    {
      group: t('palette.accounts'),
      actions: (found.data?.accounts ?? []).map((account) => ({
        id: account.id,
        label: account.username,
        description: account.platform,
        leftSection: <IconUser size={18} stroke={1.7} />,
        onClick: go(`/accounts/${account.id}`),
      })),
    },
    {
      group: t('palette.tasks'),
      actions: (found.data?.tasks ?? []).map((task) => ({
        id: task.id,
        label: task.name,
        description: BULK_LOOKS[task.state].label,
        leftSection: <IconListCheck size={18} stroke={1.7} />,
        onClick: go(`/tasks/${task.kind}/${task.id}`),
      })),
    },
  ];
  const query = typed.trim();
  const ofQuery = fixed.map(({ group, actions }) => ({
    group,
    actions: actions.filter((action: SpotlightActionData) => matches(query, action.label ?? '')),
  }));
  const groups = [...ofQuery, ...(query.length > 1 ? named : [])].filter(({ actions }) => actions.length > 0);
  return (
    <Spotlight
      store={store}
      shortcut={null}
      actions={groups}
      // What was found is already what was asked for.
      filter={(_, actions) => actions}
      query={typed}
      onQueryChange={setTyped}
      onSpotlightClose={closeOverlay}
      nothingFound={found.isFetching ? t('palette.searching') : t('palette.nothing')}
      scrollable
      maxHeight={440}
      searchProps={{ placeholder: t('palette.placeholder'), 'aria-label': t('nav.search') }}
    />
  );
}
