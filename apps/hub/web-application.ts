import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** The built pages, and which version of the product they are of. */
export function webApplication() {
  const staticFolder = join(ROOT, 'apps/web/dist')
  return {
    staticFolder,
    shell: readFileSync(join(staticFolder, 'index.html'), 'utf8'),
    version: versionOf(),
  }
}

function versionOf(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : ''
}
