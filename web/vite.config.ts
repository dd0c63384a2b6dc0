import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const root = new URL('.', import.meta.url).pathname;

export default defineConfig({
  root,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy takes fonts and pictures from our own files; nothing needs inlining.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    // Which file is read for which source: what the first load weighs is reckoned from it.
    manifest: true,
  },
});
