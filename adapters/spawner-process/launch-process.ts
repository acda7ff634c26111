import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'

import { HubError } from '#core/domain/errors.ts'

import { findProcess, type ProcessId } from './process-table.ts'
import { openLog } from './server-log.ts'

export interface Launch {
  readonly command: readonly string[]
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
}

export interface Launched extends ProcessId {
  /** How it ended, in words, once it has. */
  readonly ended: Promise<string>
}

/**
 * Starts a process that outlives this one: in a session of its own, with nothing of ours but its log.
 * @throws HubError `unavailable` when there is no such program, or it may not be run
 */
export async function launchProcess(launch: Launch): Promise<Launched> {
  const [program = '', ...given] = launch.command
  const log = openLog(launch.logFile)
  try {
    const child = spawn(program, given, {
      cwd: launch.folder,
      env: launch.environment,
      detached: true,
      stdio: ['ignore', log, log],
    })
    child.unref()
    // Before anything else can run: until its end has been heard of, its pid is nobody else's.
    const found = child.pid === undefined ? undefined : findProcess(child.pid)
    const ended = Promise.withResolvers<string>()
    child.once('exit', (code, signal) =>
      ended.resolve(signal === null ? `exited with code ${code}` : `was ended by signal ${signal}`),
    )
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    child.once('spawn', () => resolve())
    child.once('error', reject)
    await promise
    return { pid: found?.pid ?? 0, startTime: found?.startTime ?? 0, ended: ended.promise }
  } catch (cause) {
    throw new HubError(
      'unavailable',
      `${whyNot(program, cause)}. See the setting spawner.command`,
      {
        cause,
      },
    )
  } finally {
    closeSync(log)
  }
}

function whyNot(program: string, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'ENOENT':
      return `There is no program ${program}`
    case 'EACCES':
      return `${program} may not be run: it is not executable, or in a folder that is closed to the hub`
    default:
      return `${program} cannot be run: ${error instanceof Error ? error.message : String(error)}`
  }
}
