import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of half a mebibyte that can be filled to the last byte. Only root can mount one. */
export class SmallDisk implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'bulkhead-disk-'))

  constructor() {
    run('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', this.folder])
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
