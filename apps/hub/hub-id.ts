import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'

import { readOrMakeSecret } from './secret-file.ts'

/**
 * Tells the hubs of one database apart. The same for each hub that is started on this data directory, one at a time; another one
 * for a copy of it.
 */
export function hubId(dataDir: string): string {
  const own = readOrMakeSecret(join(dataDir, 'secrets/hub'))
  const place = `${hostname()} ${realpathSync(dataDir)} ${own}`
  return createHash('sha256').update(place).digest('hex').slice(0, 16)
}
