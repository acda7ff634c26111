import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

import { eventually } from '../../e2e/running-hub.ts'
import { canConnect, freePorts } from './proxies.ts'

/** A way to start, or to end, a proxy. */
export interface Run {
  readonly name: string
  /** `FOLDER` in a flag stands for a folder of its own, `CERT` and `KEY` for files of TLS. */
  readonly flags: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Sent once it listens. */
  readonly signal?: 'SIGTERM' | 'SIGINT' | 'SIGHUP'
}

/** How it went. */
export interface Ran {
  /** Of the process; null where it had to be killed, for it went on. */
  readonly code: number | null
  readonly signal: string | null
  /** What the file of `--pid-file` held: the number of the process, or something else; and whether it was gone in the end. */
  readonly pidFile: string
}

const bad = (name: string, ...flags: readonly string[]): Run => ({ name, flags })

export const RUNS: readonly Run[] = [
  bad('--help', '--help'),
  bad('--version', '--version'),
  bad('-V', '-V'),
  bad('an unknown flag', '--nonsense'),
  bad('a flag in one dash', '-port', '1'),
  bad('a word', 'start'),
  bad('a flag without its value', '--port'),
  bad('--socket beside --port', '--socket', 'FOLDER/s', '--port', '80'),
  bad('--error-path beside --error-target', '--error-path', 'FOLDER', '--error-target', 'http://x'),
  bad('--redirect-port without certificates', '--redirect-port', '8080'),
  bad('a header without a colon', '--custom-header', 'nothing'),
  bad('a key that is not there', '--ssl-key', 'FOLDER/none', '--ssl-cert', 'FOLDER/none'),
  bad('a port that is no number', '--port', 'http'),
  bad('--ssl-allow-rc4', '--ssl-allow-rc4'),
  bad('--storage-backend', '--storage-backend', 'FOLDER/none'),
  bad('a level of logs that is none', '--log-level', 'loud'),
  bad('a default target that is none', '--default-target', 'nowhere'),
  ...(['SIGTERM', 'SIGINT', 'SIGHUP'] as const).map((signal) => ({
    name: signal,
    flags: ['--pid-file', 'FOLDER/pid'],
    signal,
  })),
]

/** How long something that should end may go on. */
const PATIENCE_MS = 5000
/** What listens has found no mistake; what comes after that comes at once. */
const SETTLED_MS = 150

export async function run(program: string, { flags, env, signal }: Run): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-run-'))
  const [front = 0, api = 0] = await freePorts(2)
  const given = new Set(flags)
  const args = [
    ...(given.has('--port') || given.has('--socket') ? [] : ['--port', String(front)]),
    '--ip=127.0.0.1',
    `--api-port=${api}`,
    ...flags.map((flag) => flag.replace('FOLDER', folder)),
  ]
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: '/usr/bin:/bin', CONFIGPROXY_AUTH_TOKEN: 'x', ...env },
    stdio: 'ignore',
  })
  const isOver = () => child.exitCode !== null || child.signalCode !== null
  await eventually(async () => isOver() || (await canConnect(api)))
  await delay(SETTLED_MS)
  const pidFile = join(folder, 'pid')
  const read = () => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8') : '')
  // It is written once the proxy listens, and what a signal does is settled after that.
  if (signal) await eventually(() => isOver() || read() !== '')
  if (signal) await delay(SETTLED_MS)
  const held = read()
  if (signal) {
    child.kill(signal)
    for (let waited = 0; waited < PATIENCE_MS && !isOver(); waited += 50) await delay(50)
  }
  if (!isOver()) child.kill('SIGKILL')
  await eventually(isOver)
  const left = existsSync(pidFile) ? 'left' : 'gone'
  rmSync(folder, { recursive: true })
  const number = held === String(child.pid) ? 'the number' : held
  return { code: child.exitCode, signal: child.signalCode, pidFile: `${number}, ${left}` }
}

/** What it measures, as `name kind`. */
export async function familiesOf(program: string): Promise<readonly string[]> {
  const [front = 0, api = 0, metrics = 0] = await freePorts(3)
  const places = ['--ip', '127.0.0.1', '--port', front, '--api-port', api]
  const args = [...places, '--metrics-ip', '127.0.0.1', '--metrics-port', metrics]
  const child = spawn(process.execPath, [program, ...args.map(String)], {
    env: { PATH: '/usr/bin:/bin', CONFIGPROXY_AUTH_TOKEN: 'x' },
    stdio: 'ignore',
  })
  try {
    let text = ''
    await eventually(async () => {
      text = await fetch(`http://127.0.0.1:${metrics}/metrics`).then(
        (answer) => answer.text(),
        () => '',
      )
      return text !== ''
    })
    return [...text.matchAll(/^# TYPE (\S+ \S+)$/gm)].map(([, family = '']) => family)
  } finally {
    child.kill('SIGKILL')
  }
}
