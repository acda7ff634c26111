import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'

import { randomHex } from '#core/base/random.ts'
import type { SqlStores } from '#adapters/store-sql/sql-stores.ts'

import { hubId } from './hub-id.ts'
import type { HubOptions } from './options.ts'

/** What a hub has in common with the others on its database, and what tells it from them. */
export interface Shared {
  /** Signs what browsers keep; 32 random bytes that outlive restarts. */
  readonly secret: string
  /** Marks the processes of servers, so that any of these hubs finds them, and no other one. */
  readonly instance: string
  /** This one's own id. */
  readonly hub: string
}

export async function agree(
  { agreed, isShared }: Pick<SqlStores, 'agreed' | 'isShared'>,
  { dataDir }: Pick<HubOptions, 'dataDir'>,
): Promise<Shared> {
  const secret = await agreed.agree('cookie secret', randomHex(32))
  const instance = await agreed.agree('instance', randomHex(8))
  return {
    secret,
    // A copy of a data directory is another hub, whose servers are not this one's.
    instance: isShared ? instance : digest(`${instance} ${realpathSync(dataDir)}`),
    hub: hubId(dataDir),
  }
}

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
