import { createBrowserRouter, type RouteObject } from 'react-router';
import { loadTexts } from './i18n/index.ts';
import { PAGES, type PageEntry } from './pages.tsx';
import { ForRole } from './shell/for-role.tsx';
import { RouteError } from './shell/route-error.tsx';
import { SignedIn } from './shell/signed-in.tsx';
import { PageLoader } from './ui/notices.tsx';

/** A page is a chunk of its own, read with its texts when it is first opened. */
const toRoute = ({ path, role, texts, load }: PageEntry): RouteObject => ({
  path,
  lazy: async () => {
    const [Component] = await Promise.all([load(), loadTexts(texts)]);
    return role ? { element: <ForRole role={role}>{<Component />}</ForRole> } : { Component };
  },
});

export const router = createBrowserRouter([
  {
    path: '/sign-in',
    lazy: async () => {
      const [{ SignInPage }] = await Promise.all([import('./pages/sign-in.tsx'), loadTexts(['signIn'])]);
      return { Component: SignInPage };
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
          { path: '*', lazy: async () => ({ Component: (await import('./pages/not-found.tsx')).NotFoundPage }) },
        ],
      },
    ],
  },
]);
