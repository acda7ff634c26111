import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { join } from 'node:path'

import type { Answered, Load } from './load.ts'

/** Clock ticks a second in /proc (sysconf(3), _SC_CLK_TCK; Linux has 100 everywhere). */
const TICKS = 100

/** A hub and its proxy. */
export interface HubPids {
  readonly hub: number
  readonly proxy: number
}

/** Runs the load in a process of its own, on the last core; what is measured is put on the first. */
export async function runLoad(load: Load, measured: HubPids): Promise<readonly Answered[]> {
  pin(measured.hub, 0)
  pin(measured.proxy, 0)
  try {
    const output = await runProgram(
      [
        ...onCore(availableParallelism() - 1),
        process.execPath,
        join(import.meta.dirname, 'load.ts'),
      ],
      JSON.stringify(load),
    )
    return JSON.parse(output) as readonly Answered[]
  } finally {
    unpin(measured.hub)
    unpin(measured.proxy)
  }
}

function runProgram(words: readonly string[], input: string): Promise<string> {
  const [program = '', ...args] = words
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stdin.end(input)
  return new Promise((resolve, reject) =>
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${words.join(' ')} ended with ${code}`)),
    ),
  )
}

const onCore = (core: number) =>
  availableParallelism() > 1 ? ['taskset', '--cpu-list', String(core)] : []

/** Puts a process with all its threads on one core. */
export function pin(pid: number, core: number): void {
  if (availableParallelism() > 1)
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)], {
      stdio: 'ignore',
    })
}

function unpin(pid: number): void {
  const all = `0-${availableParallelism() - 1}`
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', all, String(pid)], {
    stdio: 'ignore',
  })
}

/** Seconds of processor time that a process has used, its own alone. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** Memory in MiB, what is shared with others counted in part (PSS). */
export function memoryOf({ hub, proxy }: HubPids): number {
  return [hub, proxy].map(pssOf).reduce((a, b) => a + b, 0)
}

/** Memory of one process in MiB (PSS). */
export function pssOf(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

/** The process below `parent` (at any depth) whose command line holds `part`. */
export function descendant(parent: number, part: string): number {
  const parents = new Map(
    readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return []
      return [[Number(name), Number(/\) \S (\d+)/.exec(read(`/proc/${name}/stat`))?.[1])] as const]
    }),
  )
  const isBelow = (pid: number): boolean => {
    const above = parents.get(pid)
    return above !== undefined && (above === parent || isBelow(above))
  }
  for (const pid of parents.keys())
    if (isBelow(pid) && read(`/proc/${pid}/cmdline`).includes(part)) return pid
  throw new Error(`no process below ${parent} runs ${part}`)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The process has ended.
    return ''
  }
}

/** What the figures were measured on. */
export function machineFacts(): readonly string[] {
  const kernel = execFileSync('uname', ['-sr'], { encoding: 'utf8' }).trim()
  return [
    `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB memory`,
    kernel,
    `Node ${process.versions.node}`,
  ]
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
