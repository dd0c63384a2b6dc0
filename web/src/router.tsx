import { createBrowserRouter } from 'react-router';
import { RouteError } from './shell/route-error.tsx';
import { SignedIn } from './shell/signed-in.tsx';
import { PageLoader } from './ui/notices.tsx';

/** Every page is a chunk of its own, read when it is first opened. */
export const router = createBrowserRouter([
  {
    path: '/sign-in',
    lazy: async () => ({ Component: (await import('./pages/sign-in.tsx')).SignInPage }),
    HydrateFallback: PageLoader,
    ErrorBoundary: RouteError,
  },
  {
    Component: SignedIn,
    HydrateFallback: PageLoader,
    ErrorBoundary: RouteError,
    children: [
      {
        ErrorBoundary: RouteError,
        children: [
          { index: true, lazy: async () => ({ Component: (await import('./pages/overview.tsx')).OverviewPage }) },
          {
            path: 'tasks',
            lazy: async () => ({ Component: (await import('./pages/tasks/tasks-page.tsx')).TasksPage }),
          },
          {
            path: 'tasks/new',
            lazy: async () => ({ Component: (await import('./pages/new-task/kinds-page.tsx')).KindsPage }),
          },
          {
            path: 'tasks/new/:kind',
            lazy: async () => ({ Component: (await import('./pages/new-task/new-task-page.tsx')).NewTaskPage }),
          },
          {
            path: 'tasks/:kind/:id',
            lazy: async () => ({ Component: (await import('./pages/task/task-page.tsx')).TaskPage }),
          },
          {
            path: 'inbox',
            lazy: async () => ({ Component: (await import('./pages/inbox/inbox-page.tsx')).InboxPage }),
          },
          {
            path: 'schedules/:id?',
            lazy: async () => ({ Component: (await import('./pages/schedules/schedules-page.tsx')).SchedulesPage }),
          },
          {
            path: 'accounts',
            lazy: async () => ({ Component: (await import('./pages/accounts/accounts-page.tsx')).AccountsPage }),
          },
          {
            path: 'media',
            lazy: async () => ({ Component: (await import('./pages/media/media-page.tsx')).MediaPage }),
          },
          {
            path: 'follow',
            lazy: async () => ({ Component: (await import('./pages/follow/categories-page.tsx')).CategoriesPage }),
          },
          {
            path: 'follow/:id',
            lazy: async () => ({ Component: (await import('./pages/follow/category-page.tsx')).CategoryPage }),
          },
          {
            path: 'proxies',
            lazy: async () => ({ Component: (await import('./pages/proxies/proxies-page.tsx')).ProxiesPage }),
          },
          { path: '*', lazy: async () => ({ Component: (await import('./pages/not-found.tsx')).NotFoundPage }) },
        ],
      },
    ],
  },
]);
