import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

import type { DatabasePlace } from '#adapters/store-sql/open-sql-store.ts'
import type { HubConfig } from '#core/config/schema.ts'

import type { HubOptions } from './options.ts'

/**
 * Where the hub's rows are kept.
 * @throws Error with a sentence when the password file cannot be read
 */
export function databaseOf(
  { dataDir, configFile }: Pick<HubOptions, 'dataDir' | 'configFile'>,
  { database: { url, password_file: file } }: Pick<HubConfig, 'database'>,
): DatabasePlace {
  if (url === 'sqlite') return { kind: 'sqlite', file: join(dataDir, 'hub.sqlite') }
  const password = file === '' ? undefined : firstLine(resolve(dirname(configFile), file))
  return { kind: 'postgres', url, password }
}

function firstLine(file: string): string {
  try {
    return readFileSync(file, 'utf8').split('\n')[0]?.trimEnd() ?? ''
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`database.password_file cannot be read: ${why}`, { cause })
  }
}
