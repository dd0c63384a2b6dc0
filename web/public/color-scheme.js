// Runs before the first paint, so that a dark dashboard never flashes white.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('flotilla-color-scheme') || 'auto';
  } catch {
    // Storage is switched off: the system's scheme it is.
  }
  const dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
