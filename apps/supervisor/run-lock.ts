import { writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Holds the folder of sockets for one supervisor. The lock is the kernel's, on an SQLite file: it ends with the process, however
 * that ends, and no child inherits it.
 * @throws Error with a sentence when another one holds it
 */
export function lockRun(runDir: string): DatabaseSync {
  const lock = new DatabaseSync(join(runDir, 'supervisor.lock'), { timeout: 0 })
  const pidFile = join(runDir, 'supervisor.pid')
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (cause) {
    lock.close()
    throw new Error(
      `the hub is running already (pid ${pidIn(pidFile)}): end that one first, or choose another data directory (--data)`,
      { cause },
    )
  }
  writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o644 })
  return lock
}

function pidIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
