import { Menu, NavLink, useMantineColorScheme } from '@mantine/core';
import {
  IconCheck,
  IconDeviceDesktop,
  IconLanguage,
  IconLogout,
  IconMoon,
  IconSelector,
  IconSun,
  IconUserCircle,
} from '@tabler/icons-react';
import { useMe, useSignOut } from '../api/session.tsx';
import { setLanguage, t, useLanguage } from '../i18n/index.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../i18n/language.ts';
import classes from './shell.module.css';

const SCHEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const;

export function UserMenu() {
  const me = useMe();
  const language = useLanguage();
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="top-start" width={210} withinPortal>
      <Menu.Target>
        <NavLink
          component="button"
          label={me.name}
          description={t(`role.${me.role}`)}
          leftSection={<IconUserCircle size={18} stroke={1.7} />}
          rightSection={<IconSelector size={16} stroke={1.7} />}
          className={classes.link}
          aria-label={t('user.signedInAs', { name: me.name })}
        />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('user.appearance')}</Menu.Label>
        {SCHEMES.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} />}
            rightSection={colorScheme === value ? <IconCheck size={14} aria-label={t('user.inUse')} /> : null}
            onClick={() => setColorScheme(value)}
          >
            {t(`user.${value}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t('user.language')}</Menu.Label>
        {LANGUAGES.map((one) => (
          <Menu.Item
            key={one}
            lang={one}
            leftSection={<IconLanguage size={16} />}
            rightSection={one === language ? <IconCheck size={14} aria-label={t('user.inUse')} /> : null}
            onClick={() => void setLanguage(one)}
          >
            {LANGUAGE_NAMES[one]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          {t('user.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
