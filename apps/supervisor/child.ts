import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { plainText } from '#core/base/plain-text.ts'

/** One of the two processes: what to run, as whom, with what. */
export interface ChildPlan {
  readonly name: 'hub' | 'proxy'
  readonly script: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Null: as whoever runs the supervisor. */
  readonly account: string | null
}

/** Starts it with a channel for messages. Its lines appear on standard error under its name. */
export function startChild(
  { name, script, args, env, account }: ChildPlan,
  node: string,
): ChildProcess {
  const command = [node, script, ...args]
  const [program = '', ...rest] = account === null ? command : [...dropTo(account), ...command]
  const child = spawn(program, rest, { env, cwd: '/', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
  for (const stream of [child.stdout, child.stderr]) {
    if (stream)
      createInterface({ input: stream }).on('line', (line) =>
        console.error(`${name.padEnd(5)} | ${plainText(line).slice(0, 4000)}`),
      )
  }
  return child
}

/** Gives up root for good: the account's own groups, no capabilities, no way back by a setuid program. */
function dropTo(account: string): readonly string[] {
  return [
    'setpriv',
    `--reuid=${account}`,
    `--regid=${account}`,
    '--init-groups',
    '--inh-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
    '--',
  ]
}
