import { closeSync, constants, fchmodSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * Holds the folder of sockets for one supervisor. The lock is the kernel's, on an SQLite file: it ends with the process, however
 * that ends, and no child inherits it.
 * @throws Error with a sentence when another one holds it
 */
export function lockRun(runDir: string): Disposable {
  const file = join(runDir, 'supervisor.lock')
  // Whoever can read the file could hold a lock on it, so nobody else can.
  const descriptor = openSync(
    file,
    constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW,
    0o600,
  )
  fchmodSync(descriptor, 0o600)
  closeSync(descriptor)
  const pidFile = join(runDir, 'supervisor.pid')
  const lock = new DatabaseSync(file, { timeout: 0 })
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
  return { [Symbol.dispose]: () => lock.close() }
}

function pidIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
