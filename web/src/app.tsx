import { MantineProvider } from '@mantine/core';
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { Fragment } from 'react';
import { RouterProvider } from 'react-router/dom';
import { useLanguage } from './i18n/index.ts';
import { router } from './router.tsx';
import { Toasts } from './shell/toasts.tsx';
import { colorSchemeManager, cssVariables, theme } from './theme.ts';

/**
 * What has been read stays when the language changes; everything on the screen is drawn anew, as columns, tooltips and
 * dates are asked for their words outside of components too.
 */
export function App({ queryClient }: { queryClient: QueryClient }) {
  const language = useLanguage();
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      colorSchemeManager={colorSchemeManager}
      defaultColorScheme="auto"
    >
      <QueryClientProvider client={queryClient}>
        <Fragment key={language}>
          <Toasts />
          <RouterProvider router={router} />
        </Fragment>
      </QueryClientProvider>
    </MantineProvider>
  );
}
