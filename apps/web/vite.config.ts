import { brotliCompressSync, gzipSync } from 'node:zlib'

import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

// Whatever the shell says that starts the build, it is never React's slow twin for development.
process.env['NODE_ENV'] = 'production'

/** The hub serves what is built here under `/hub/static/`, and puts each page's data in place of a marker in index.html. */
export default defineConfig({
  root: import.meta.dirname,
  base: '/hub/static/',
  plugins: [react(), compressed()],
  build: {
    // Browsers that know light-dark(), which the style sheet relies on.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    outDir: 'dist',
    emptyOutDir: true,
    // Nothing inline: the content policy allows scripts from files alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
})

/** Lays packed twins beside the large files, so that the hub need not pack them for each browser anew. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    // After every other plug-in, which may still change the code: what is packed is what is written.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        for (const [fileName, file] of Object.entries(bundle)) {
          if (!/\.(?:js|css)$/.test(fileName)) continue
          const source = file.type === 'chunk' ? file.code : file.source
          this.emitFile({
            type: 'asset',
            fileName: `${fileName}.br`,
            source: brotliCompressSync(source),
          })
          this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source) })
        }
      },
    },
  }
}
