import { NavLink, type NavLinkProps } from '@mantine/core';
import { IconSelector, IconUserCircle } from '@tabler/icons-react';
import { type ComponentProps, Suspense, useState } from 'react';
import { useMe } from '../api/session.tsx';
import { t } from '../i18n/index.ts';
import { part } from '../ui/part.tsx';
import { sayFailed } from '../ui/toast.tsx';
import classes from './shell.module.css';

const read = async () => (await import('./user-menu-opened.tsx')).UserMenuOpened;
const Opened = part(read, ({ readAgain }) => <UserButton onClick={() => void readAgain().then(sayMissing)} />);

const sayMissing = (error: Error | undefined): void => {
  if (error) sayFailed(error, t('offline.title'));
};

type ButtonProps = ComponentProps<'button'>;

/** Who is signed in; opens the menu. */
export function UserButton(
  props: Omit<NavLinkProps, 'label'> & Partial<Pick<ButtonProps, 'onClick' | 'onPointerEnter' | 'ref'>>,
) {
  const me = useMe();
  return (
    <NavLink
      component="button"
      label={me.name}
      description={t(`role.${me.role}`)}
      leftSection={<IconUserCircle size={18} stroke={1.7} />}
      rightSection={<IconSelector size={16} stroke={1.7} />}
      className={classes.link}
      aria-label={t('user.signedInAs', { name: me.name })}
      {...props}
    />
  );
}

/** The menu itself is read when somebody is about to open it. */
export function UserMenu() {
  const [wanted, setWanted] = useState(false);
  const button = (
    <UserButton
      onClick={() => setWanted(true)}
      onPointerEnter={() => void read().catch(() => undefined)}
      aria-haspopup="menu"
    />
  );
  return wanted ? (
    <Suspense fallback={button}>
      <Opened />
    </Suspense>
  ) : (
    button
  );
}
