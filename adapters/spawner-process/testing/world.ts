import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { SpawnerHarness } from '#core/domain/testing/spawner-contract.ts'

import { ProcessSpawner, type ProcessSpawnerOptions } from '../process-spawner.ts'
import { markedOf, ownProcesses } from '../process-table.ts'

let count = 0

/** A folder of its own with a spawner in it; ends whatever still runs when it is disposed of. */
export class World implements SpawnerHarness {
  readonly options: ProcessSpawnerOptions
  readonly spawner: ProcessSpawner
  readonly root: string

  constructor(options: Partial<ProcessSpawnerOptions> = {}) {
    this.root = mkdtempSync(join(tmpdir(), 'bulkhead-A'))
    const socketsDir = join(this.root, 's')
    mkdirSync(socketsDir)
    this.options = {
      command: [process.execPath, join(import.meta.dirname, 'fake-single-user.ts')],
      pythonDir: join(this.root, 'py'),
      socketsDir,
      hubApiSocket: join(this.root, 'hub.sock'),
      homesDir: join(this.root, 'homes'),
      logsDir: join(this.root, 'logs'),
      shared: false,
      ports: false,
      instance: `test-${process.pid}-${++count}`,
      inherited: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
      ...options,
    }
    this.spawner = this.restarted()
  }

  restarted(): ProcessSpawner {
    return new ProcessSpawner(this.options)
  }

  environmentOf(...acts: readonly string[]): Readonly<Record<string, string>> {
    return { FAKE_ACTS: acts.join(' ') }
  }

  /** The pids of a server's processes, by their marker. */
  pidsOf(publicId: string): readonly number[] {
    return markedOf(ownProcesses(), this.options.instance)
      .filter((found) => found.publicId === publicId)
      .map(({ pid }) => pid)
  }

  leftoversOf(publicId: string): readonly string[] {
    const { socketsDir, logsDir } = this.options
    const files = [join(socketsDir, publicId), join(logsDir, `${publicId}.log`)]
    return [...this.pidsOf(publicId).map(String), ...files.filter((file) => existsSync(file))]
  }

  async dispose(): Promise<void> {
    for (const { pid } of markedOf(ownProcesses(), this.options.instance)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It was faster.
      }
    }
    rmSync(this.root, { recursive: true, force: true })
  }
}
