import { Suspense } from 'react';
import { Navigate, useLocation } from 'react-router';
import { MeProvider, useMeQuery } from '../api/session.tsx';
import { ErrorNotice, PageLoader } from '../ui/notices.tsx';
import { part } from '../ui/part.tsx';
import { Shell } from './shell.tsx';
import { useOwnLanguage } from './use-own-language.ts';

const FirstPasswordPage = part(async () => (await import('../pages/first-password.tsx')).default);

/** Shows the dashboard to signed-in people, and the sign-in page to others; they come back to where they were. */
export function SignedIn() {
  const me = useMeQuery();
  const { pathname, search } = useLocation();
  useOwnLanguage(me.data?.mustChangePassword ? undefined : me.data?.id);
  if (me.data?.mustChangePassword) {
    return (
      <Suspense fallback={<PageLoader />}>
        <FirstPasswordPage />
      </Suspense>
    );
  }
  if (me.data) {
    return (
      <MeProvider me={me.data}>
        <Shell />
      </MeProvider>
    );
  }
  if (me.data === null) return <Navigate to="/sign-in" replace state={{ from: pathname + search }} />;
  if (me.error) return <ErrorNotice error={me.error} onRetry={() => void me.refetch()} />;
  return <PageLoader />;
}
