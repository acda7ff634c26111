import { chmodSync, mkdtempSync, rmSync } from 'node:fs'

/** A folder that the hub and its servers can read, whatever account they run as. */
export function publicFolder(): AsyncDisposable & { readonly folder: string } {
  const folder = mkdtempSync('/var/tmp/bulkhead-public-')
  chmodSync(folder, 0o755)
  return {
    folder,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
