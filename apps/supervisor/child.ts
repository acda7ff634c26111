import { type ChildProcess, spawn } from 'node:child_process'

import { dropTo } from './drop-to.ts'
import { eachLine } from './lines.ts'

/** One of the two processes: what to run, as whom, with what. */
export interface ChildPlan {
  readonly name: 'hub' | 'proxy'
  readonly script: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Null: as whoever runs the supervisor. */
  readonly account: string | null
}

/**
 * How soon memory is looked through: after a few MiB of new things, not 16, and after a fifth of growth of the old ones. A third less
 * memory for each of the two processes, half as much after a load, and no slower (docs/decisions/0007-speed.md).
 */
export const NODE_FLAGS = {
  hub: ['--max-semi-space-size=4', '--heap-growing-percent=20'],
  proxy: ['--max-semi-space-size=2', '--heap-growing-percent=20'],
} as const

/** Starts it with a channel for messages. Its lines are handed on under its name. */
export function startChild(
  { name, script, args, env, account }: ChildPlan,
  node: string,
  say: (line: string) => void,
): ChildProcess {
  const [program, ...before] =
    account === null ? [node] : (['setpriv', ...dropTo(account), node] as const)
  const child = spawn(program, [...before, ...NODE_FLAGS[name], script, ...args], {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A session of its own: no key pressed in the terminal reaches it, and it cannot type into the terminal, which may be root's.
    detached: true,
  })
  for (const stream of [child.stdout, child.stderr])
    if (stream) eachLine(stream, (line) => say(`${name.padEnd(5)} | ${line}`))
  return child
}
