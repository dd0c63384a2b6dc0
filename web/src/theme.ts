import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core';

const tide: MantineColorsTuple = [
  '#e6f6f9',
  '#cfeaf1',
  '#a0d6e4',
  '#6dc0d6',
  '#46aecb',
  '#2aa0c1',
  '#1389a9',
  '#0d7b9a',
  '#0b6e8c',
  '#075a73',
];

const dark: MantineColorsTuple = [
  '#d3dbe3',
  '#b3bfcb',
  '#93a1af',
  '#6b7987',
  '#35414d',
  '#28323d',
  '#1c242d',
  '#141a21',
  '#0e1318',
  '#090d11',
];

/** Its place is always kept (`styles.css`): taking it away under a dialog would move the page. */
const KEPT_BAR = { removeScrollBar: false };

export const theme = createTheme({
  primaryColor: 'tide',
  primaryShade: { light: 8, dark: 7 },
  colors: { tide, dark },
  fontFamily: "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.375rem' }, h2: { fontSize: '1.0625rem' }, h3: { fontSize: '0.9375rem' } },
  },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 250, events: { hover: true, focus: true, touch: false } } },
    Drawer: {
      defaultProps: { removeScrollProps: KEPT_BAR, position: 'right', overlayProps: { backgroundOpacity: 0.35 } },
    },
    Modal: {
      defaultProps: { removeScrollProps: KEPT_BAR, centered: true, overlayProps: { backgroundOpacity: 0.35 } },
      styles: { title: { fontWeight: 600 }, content: { border: '1px solid var(--fl-border)' } },
    },
  },
});

/** Greys that Mantine draws too pale to be read, and the colours of states in both schemes. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#fbfcfd',
    '--mantine-color-text': '#17202a',
    '--mantine-color-dimmed': '#57636f',
    '--mantine-color-placeholder': '#6a7682',
    '--fl-surface': '#ffffff',
    '--fl-sunken': '#f3f6f8',
    '--fl-border': '#e1e7ec',
    '--fl-hover': '#f1f6f8',
    '--fl-pending': '#aab5bf',
    '--fl-running': '#1478c8',
    '--fl-paced': '#7357c9',
    '--fl-parked': '#c76a00',
    '--fl-succeeded': '#1a8a4a',
    '--fl-partial': '#7a9a17',
    '--fl-failed': '#cf2f35',
    '--mantine-color-error': '#cf2f35',
    '--fl-skipped': '#7d8a97',
    '--fl-cancelled': '#5c6670',
  },
  dark: {
    '--mantine-color-body': '#0f141a',
    '--mantine-color-text': '#dde4ea',
    '--mantine-color-dimmed': '#93a1af',
    '--mantine-color-placeholder': '#7d8b99',
    '--fl-surface': '#151c23',
    '--fl-sunken': '#11171d',
    '--fl-border': '#26303a',
    '--fl-hover': '#1b242d',
    '--fl-pending': '#4b5864',
    '--fl-running': '#4aa8f0',
    '--fl-paced': '#a18af0',
    '--fl-parked': '#f0a13c',
    '--fl-succeeded': '#3fbf74',
    '--fl-partial': '#b3cc4a',
    '--fl-failed': '#f2666b',
    '--mantine-color-error': '#f2666b',
    '--fl-skipped': '#8896a4',
    '--fl-cancelled': '#6f7c88',
  },
});

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'flotilla-color-scheme' });
