import { createBrowserRouter, type RouteObject } from 'react-router';
import { loadTexts, t } from './i18n/index.ts';
import { PAGES, type PageEntry } from './pages.tsx';
import { ForRole } from './shell/for-role.tsx';
import { RouteError } from './shell/route-error.tsx';
import { SignedIn } from './shell/signed-in.tsx';
import { ErrorNotice, PageLoader } from './ui/notices.tsx';
import { Page } from './ui/page.tsx';
import { readPart } from './ui/part.tsx';

/**
 * A page is a chunk of its own, read with its texts when it is first opened. One that cannot be read, as without a
 * connection, is no error of its address, which the router would keep: it says so, and is read again.
 */
const toRoute = ({ path, title, role, texts, load }: PageEntry): RouteObject => ({
  path,
  lazy: async () => {
    const read = async () => (await Promise.all([load(), loadTexts(texts)]))[0];
    const Component = await readPart(read, ({ error, retry }) => (
      <Page title={t(title)}>
        <ErrorNotice error={error} onRetry={retry} />
      </Page>
    ));
    return role ? { element: <ForRole role={role}>{<Component />}</ForRole> } : { Component };
  },
});

const readNotFound = async () => (await import('./pages/not-found.tsx')).NotFoundPage;

export const router = createBrowserRouter([
  {
    path: '/sign-in',
    lazy: async () => {
      const read = async () =>
        (await Promise.all([import('./pages/sign-in.tsx'), loadTexts(['signIn'])]))[0].SignInPage;
      return { Component: await readPart(read) };
    },
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
          ...PAGES.map(toRoute),
          { path: '*', lazy: async () => ({ Component: await readPart(readNotFound) }) },
        ],
      },
    ],
  },
]);
