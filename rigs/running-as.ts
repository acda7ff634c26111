import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** A process: its number, whose it is, and its command line. */
export interface Process {
  readonly pid: number
  readonly uid: number
  readonly command: string
}

/** All processes whose command line holds `part`. */
export function processesWith(part: string): readonly Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      const uid = Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1])
      return command.includes(part) ? [{ pid: Number(name), uid, command }] : []
    } catch {
      // It ended in this moment.
      return []
    }
  })
}

/** As it was started with; empty for another account's, and for one that has ended. */
export function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}

/** The right to do more than an ordinary account may; `0000000000000000` for whoever has none. */
export function capabilitiesOf(pid: number): string {
  return /^CapEff:\t([0-9a-f]+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? ''
}

/** `mode owner:group path` (a link's mode is `l`) of all below a folder, the folder included; owners by name, as `names` has them. */
export function listing(folder: string, names: ReadonlyMap<string, string>): readonly string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted()
  return ['.', ...all].map((path) => {
    const { mode, uid, gid } = lstatSync(join(folder, path))
    const owner = names.get(`u${uid}`) ?? uid
    const group = names.get(`g${gid}`) ?? gid
    const shown =
      (mode & 0o170000) === 0o120000 ? 'l' : (mode & 0o7777).toString(8).padStart(4, '0')
    return `${shown} ${owner}:${group} ${path}`
  })
}

/** From the machine's own files: `u0` → root, `g0` → root, … */
export function accountNames(): ReadonlyMap<string, string> {
  const read = (file: string, letter: string) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name = '', , id = '']) => [`${letter}${id}`, name] as const)
  return new Map([...read('/etc/passwd', 'u'), ...read('/etc/group', 'g')])
}
