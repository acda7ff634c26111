import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const SOURCE = join(import.meta.dirname, 'simulated-server.c')

/** A compiled single-user server that answers at once; `command` goes where a hub's configuration names the real one. */
export interface SimulatedServer extends Disposable {
  readonly command: string
}

/** Why none can be compiled here; undefined when one can. */
export function compilerMissing(): string | undefined {
  return spawnSync('gcc', ['--version']).status === 0
    ? undefined
    : 'gcc is missing: apt install build-essential'
}

/**
 * Compiles it where every account of this machine can run it.
 * @throws Error when there is no C compiler
 */
export function compileSimulatedServer(): SimulatedServer {
  const folder = mkdtempSync('/var/tmp/bulkhead-simulated-')
  chmodSync(folder, 0o755)
  const command = join(folder, 'simulated-server')
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    execFileSync('gcc', ['-O2', '-static', '-o', command, SOURCE], { stdio: 'pipe' })
    chmodSync(command, 0o755)
  } catch (cause) {
    remove()
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw new Error('gcc is missing, and the simulated server is a C program: apt install gcc', {
        cause,
      })
    throw cause
  }
  return { command, [Symbol.dispose]: remove }
}
