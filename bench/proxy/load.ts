import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

import * as z from 'zod'

import { endOf, OTHER_CORE, startOn } from './programs.ts'

/** What the load prints: rates a second, times in milliseconds. */
const Answered = z.object({
  answers: z.number(),
  failed: z.number(),
  perSecond: z.number(),
  megabytesPerSecond: z.number(),
  p50: z.number(),
  p99: z.number(),
  p999: z.number(),
})
export type Answered = z.output<typeof Answered>

export interface Load {
  readonly mode: 'rate' | 'steady' | 'upload' | 'websocket'
  readonly address: string
  readonly path: string
  readonly connections: number
  readonly seconds: number
  /** What it means depends on the mode: see load.c. */
  readonly number?: number
}

const run = promisify(execFile)

/** @throws Error when a request failed: what is measured then is something else */
export async function runLoad(
  program: string,
  { mode, address, path, connections, seconds, number }: Load,
): Promise<Answered> {
  const words = [
    program,
    mode,
    address,
    connections,
    seconds,
    path,
    ...(number === undefined ? [] : [number]),
  ]
  const { stdout, stderr } = await run('taskset', [
    '--cpu-list',
    String(OTHER_CORE),
    ...words.map(String),
  ])
  const answered = Answered.parse(JSON.parse(stdout))
  if (answered.failed > 0)
    throw new Error(
      `${answered.failed} of ${answered.answers} failed at ${address}${path} (${mode}): ${stderr}`,
    )
  return answered
}

/** Websockets that are open, each after one echo, until they are given back. */
export async function holdWebsockets(
  program: string,
  { address, path, connections }: Pick<Load, 'address' | 'path' | 'connections'>,
): Promise<AsyncDisposable> {
  const words = [program, 'hold', address, String(connections), '0', path]
  const child = await startOn(OTHER_CORE, words, { ready: '}' })
  return { [Symbol.asyncDispose]: () => endOf(child) }
}

/** New TLS connections, each a full handshake and nothing else, by four clients at once. @returns connections a second */
export async function tlsConnectionsPerSecond(address: string, seconds: number): Promise<number> {
  const words = ['openssl', 's_time', '-connect', address, '-new', '-time', String(seconds)]
  const outputs = await Promise.all(
    Array.from({ length: 4 }, () => run('taskset', ['--cpu-list', String(OTHER_CORE), ...words])),
  )
  return outputs
    .map(
      ({ stdout }) => Number(/(\d+) connections in \d+ real seconds/.exec(stdout)?.[1]) / seconds,
    )
    .reduce((a, b) => a + b, 0)
}
