import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'

/** A hub whose supervisor was killed ends within this time; whoever starts again meanwhile waits for it. */
const PATIENCE_MS = 8000

/**
 * Holds the data directory for one hub. The lock is the kernel's, on an SQLite file: it ends with the process, however that
 * ends, and no child inherits it.
 * @throws Error with a sentence when another hub holds it
 */
export async function lockData(dataDir: string): Promise<DatabaseSync> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const lock = new DatabaseSync(join(dataDir, 'hub.lock'), { timeout: 0 })
    try {
      lock.exec('pragma locking_mode = exclusive; begin exclusive')
      return lock
    } catch (error) {
      lock.close()
      const taken =
        error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6)
      if (!taken) throw error
      if (Date.now() > deadline)
        throw new Error(
          `another hub is running on ${dataDir}; end it first, or choose another data directory (--data)`,
          { cause: error },
        )
    }
    await delay(100)
  }
}
