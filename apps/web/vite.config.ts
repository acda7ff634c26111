import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** The hub serves what is built here under `/hub/static/`, and puts each page's data in place of a marker in index.html. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/hub/static/',
  plugins: [react()],
  // Nothing inline: the content policy allows scripts from files alone.
  // Browsers that know light-dark(), which the style sheet relies on.
  build: {
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})
