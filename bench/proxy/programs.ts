import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'

/** What is compiled or made for one run, in a folder that goes with it. */
export interface Programs extends Disposable {
  readonly folder: string
  readonly load: string
  readonly backend: string
  /** A Node of its own for each proxy: memory shared with the test that measures, or with each other, would count for less. */
  readonly node: string
  readonly certificate: { readonly key: string; readonly cert: string }
}

/** @throws Error naming what is missing on this machine */
export function makePrograms(): Programs {
  const missing = ['gcc', 'nginx', 'openssl', 'taskset'].filter((each) => !isThere(each))
  if (missing.length > 0)
    throw new Error(
      `missing here: ${missing.join(', ')} (apt install build-essential nginx-light openssl)`,
    )
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-bench-proxy-'))
  const compiled = (name: string) => {
    const program = join(folder, name)
    const source = join(import.meta.dirname, `${name}.c`)
    execFileSync('gcc', ['-O2', '-o', program, source, '-lm'], { stdio: 'pipe' })
    return program
  }
  return {
    folder,
    load: compiled('load'),
    backend: compiled('backend'),
    node: copiedNode(),
    certificate: certificateIn(folder),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const isThere = (program: string) =>
  (process.env['PATH'] ?? '')
    .split(':')
    .concat('/usr/sbin')
    .some((folder) => existsSync(join(folder, program)))

function copiedNode(): string {
  const folder = join(import.meta.dirname, '../../.setup/bench-proxy')
  mkdirSync(folder, { recursive: true })
  const node = join(folder, `node-${process.versions.node}`)
  if (!existsSync(node)) copyFileSync(process.execPath, node)
  return node
}

/** ECDSA on P-256, as the usual authorities give them. */
function certificateIn(folder: string): Programs['certificate'] {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const words =
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost'
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'pipe' })
  return { key, cert }
}

/** Where proxies run, and where all else does. */
export const PROXY_CORE = 0
export const OTHER_CORE = availableParallelism() - 1

/** A program on one core alone, which says `ready` on its output; without `ready` it is not waited for. */
export async function startOn(
  core: number,
  words: readonly string[],
  { env, ready }: { readonly env?: NodeJS.ProcessEnv; readonly ready?: string } = {},
): Promise<ChildProcess> {
  const child = spawn('taskset', ['--cpu-list', String(core), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  if (ready === undefined) {
    child.stdout.resume()
    return child
  }
  let said = ''
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  child.once('error', reject)
  child.once('exit', (code) => reject(new Error(`${words.join(' ')} ended with ${code}: ${said}`)))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.includes(ready)) resolve()
  })
  await promise
  return child
}

/** Ends a program that was started here, and waits until it has. */
export async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const { promise, resolve } = Promise.withResolvers<void>()
  child.once('exit', () => resolve())
  child.kill('SIGTERM')
  const kill = setTimeout(() => child.kill('SIGKILL'), 8000)
  await promise
  clearTimeout(kill)
}
