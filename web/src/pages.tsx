import {
  IconAlertTriangle,
  IconCalendarRepeat,
  IconChartBar,
  IconClipboardText,
  IconHome,
  IconInbox,
  IconListCheck,
  IconPhotoVideo,
  IconServer,
  IconSettings,
  IconUserPlus,
  IconUsers,
  IconWorld,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ComponentType } from 'react';
import type { Area, PlainKey } from './i18n/resources.ts';

export const GROUPS = ['work', 'things', 'operations'] as const;
export type Group = (typeof GROUPS)[number];
export type Role = 'viewer' | 'operator' | 'admin';

export interface PageEntry {
  /** As the router writes it; the address in the navigation is what stands before the first parameter. */
  path: string;
  title: PlainKey;
  /** The areas of texts that the page speaks with; `common` is always there. */
  texts: readonly Area[];
  load(): Promise<ComponentType>;
  /** Who may see it; others get the page that says so. Everybody where it is left out. */
  role?: Role;
  /** In the navigation, the command palette and, with `key`, behind `g` and that key. */
  nav?: { group: Group; icon: TablerIcon; key?: string; badge?: 'inbox' };
}

/** Every page, in the order of the navigation. Adding one is a line here: see docs/dashboard.md. */
export const PAGES: readonly PageEntry[] = [
  // Work
  {
    path: '/',
    title: 'nav.overview',
    texts: ['overview'],
    load: async () => (await import('./pages/overview.tsx')).OverviewPage,
    nav: { group: 'work', icon: IconHome, key: 'o' },
  },
  {
    path: '/tasks',
    title: 'nav.tasks',
    texts: ['tasks', 'shared'],
    load: async () => (await import('./pages/tasks/tasks-page.tsx')).TasksPage,
    nav: { group: 'work', icon: IconListCheck, key: 't' },
  },
  {
    path: '/schedules/:id?',
    title: 'nav.schedules',
    texts: ['schedules', 'shared'],
    load: async () => (await import('./pages/schedules/schedules-page.tsx')).SchedulesPage,
    nav: { group: 'work', icon: IconCalendarRepeat, key: 's' },
  },
  {
    path: '/inbox',
    title: 'nav.inbox',
    texts: ['inbox', 'live', 'shared'],
    load: async () => (await import('./pages/inbox/inbox-page.tsx')).InboxPage,
    nav: { group: 'work', icon: IconInbox, key: 'i', badge: 'inbox' },
  },
  // Things
  {
    path: '/accounts',
    title: 'nav.accounts',
    texts: ['accounts', 'lists'],
    load: async () => (await import('./pages/accounts/accounts-page.tsx')).AccountsPage,
    nav: { group: 'things', icon: IconUsers, key: 'a' },
  },
  {
    path: '/media',
    title: 'nav.media',
    texts: ['media'],
    load: async () => (await import('./pages/media/media-page.tsx')).MediaPage,
    nav: { group: 'things', icon: IconPhotoVideo, key: 'm' },
  },
  {
    path: '/follow',
    title: 'nav.follow',
    texts: ['follow'],
    load: async () => (await import('./pages/follow/categories-page.tsx')).CategoriesPage,
    nav: { group: 'things', icon: IconUserPlus, key: 'f' },
  },
  {
    path: '/proxies',
    title: 'nav.proxies',
    texts: ['proxies', 'shared'],
    load: async () => (await import('./pages/proxies/proxies-page.tsx')).ProxiesPage,
    nav: { group: 'things', icon: IconWorld, key: 'p' },
  },
  // Operations
  {
    path: '/hosts',
    title: 'nav.hosts',
    texts: ['hosts'],
    load: async () => (await import('./pages/hosts/hosts-page.tsx')).HostsPage,
    nav: { group: 'operations', icon: IconServer, key: 'h' },
  },
  {
    path: '/errors',
    title: 'nav.errors',
    texts: ['errors', 'shared'],
    load: async () => (await import('./pages/errors/errors-page.tsx')).ErrorsPage,
    nav: { group: 'operations', icon: IconAlertTriangle, key: 'e' },
  },
  {
    path: '/performance',
    title: 'nav.performance',
    texts: ['performance', 'errors', 'shared'],
    load: async () => (await import('./pages/performance/performance-page.tsx')).PerformancePage,
    nav: { group: 'operations', icon: IconChartBar, key: 'r' },
  },
  {
    path: '/audit',
    title: 'nav.audit',
    texts: ['audit'],
    role: 'admin',
    load: async () => (await import('./pages/audit/audit-page.tsx')).AuditPage,
    nav: { group: 'operations', icon: IconClipboardText, key: 'u' },
  },
  {
    path: '/settings/:section?',
    title: 'nav.settings',
    texts: ['settings'],
    load: async () => (await import('./pages/settings/settings-page.tsx')).SettingsPage,
    nav: { group: 'operations', icon: IconSettings },
  },
  // Below the pages of the navigation
  {
    path: '/tasks/new',
    title: 'nav.newTask',
    texts: ['newTask', 'shared'],
    load: async () => (await import('./pages/new-task/kinds-page.tsx')).KindsPage,
  },
  {
    path: '/tasks/new/:kind',
    title: 'nav.newTask',
    texts: ['newTask', 'schedules', 'shared'],
    load: async () => (await import('./pages/new-task/new-task-page.tsx')).NewTaskPage,
  },
  {
    path: '/tasks/:kind/:id',
    title: 'nav.task',
    texts: ['task', 'inbox', 'live', 'schedules', 'shared'],
    load: async () => (await import('./pages/task/task-page.tsx')).TaskPage,
  },
  {
    path: '/hosts/:id',
    title: 'nav.hosts',
    texts: ['hosts', 'shared'],
    load: async () => (await import('./pages/hosts/host-page.tsx')).HostPage,
  },
  {
    path: '/tasks/:kind/:id/accounts/:accountTaskId',
    title: 'nav.accountTask',
    texts: ['accountTask', 'task', 'inbox', 'live', 'shared'],
    load: async () => (await import('./pages/account-task/account-task-page.tsx')).AccountTaskPage,
  },
  {
    path: '/accounts/:id',
    title: 'field.account',
    texts: ['account', 'accounts', 'inbox', 'task', 'shared'],
    load: async () => (await import('./pages/account/account-page.tsx')).AccountPage,
  },
  {
    path: '/follow/:id',
    title: 'nav.follow',
    texts: ['follow'],
    load: async () => (await import('./pages/follow/category-page.tsx')).CategoryPage,
  },
];

/** `/schedules/:id?` → `/schedules`. */
export const addressOf = ({ path }: PageEntry): string => path.replace(/\/:.*$/, '') || '/';

export type NavigationPage = PageEntry & { nav: NonNullable<PageEntry['nav']> };
export const NAVIGATION: readonly NavigationPage[] = PAGES.filter(
  (page): page is NavigationPage => page.nav !== undefined,
);

/** The entry of the navigation that a page stands under: the longest address that the path begins with. */
export function activePage(pathname: string): NavigationPage | undefined {
  return [...NAVIGATION]
    .sort((one, other) => addressOf(other).length - addressOf(one).length)
    .find((page) => {
      const address = addressOf(page);
      return pathname === address || (address !== '/' && pathname.startsWith(`${address}/`));
    });
}
