import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of two mebibytes that can be filled to the last byte. Only root can mount one, and not in every container. */
export class SmallDisk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'bulkhead-disk-'))

  constructor() {
    try {
      run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', this.folder])
    } catch (error) {
      rmSync(this.folder, { recursive: true })
      throw error
    }
  }

  /** Why there can be none here; undefined when there can. */
  static whyNot(): string | undefined {
    if (process.getuid?.() !== 0) return 'only root can mount a small disk'
    try {
      new SmallDisk()[Symbol.dispose]()
      return undefined
    } catch (error) {
      return `no small disk can be mounted here: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  fill(): void {
    const descriptor = openSync(join(this.folder, 'ballast'), 'a')
    try {
      for (;;) writeSync(descriptor, Buffer.alloc(4096))
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    } finally {
      closeSync(descriptor)
    }
  }

  makeRoom(): void {
    rmSync(join(this.folder, 'ballast'))
  }

  [Symbol.dispose](): void {
    run('umount', ['--lazy', this.folder])
    rmSync(this.folder, { recursive: true })
  }
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
}
