import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** What a process holds. */
export interface Figures {
  readonly descriptors: number
  readonly sockets: number
  readonly rssMiB: number
}

/** From /proc. */
export function figuresOf(pid: number): Figures {
  const links = readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${name}`)]
    } catch {
      // It was closed in this moment.
      return []
    }
  })
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    descriptors: links.length,
    sockets: links.filter((link) => link.startsWith('socket:')).length,
    rssMiB: Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024,
  }
}
