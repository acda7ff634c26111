import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

/** The environment that holds JupyterHub and its clients, unmodified; made by `./test`. */
export const CLIENTS = process.env['BULKHEAD_CLIENTS'] ?? ''

export const clientProgram = (name: string) => join(CLIENTS, 'bin', name)

/** A client that runs beside the test until it is ended. */
export class RunningClient implements AsyncDisposable {
  output = ''
  readonly #child: ChildProcess
  readonly #closed: Promise<number | null>

  constructor(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
  ) {
    this.#child = spawn(clientProgram(program), args, {
      env: { PATH: `${join(CLIENTS, 'bin')}:/usr/bin:/bin`, HOME: '/nonexistent', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const hear = (text: string) => (this.output += text)
    this.#child.stdout?.setEncoding('utf8').on('data', hear)
    this.#child.stderr?.setEncoding('utf8').on('data', hear)
    this.#closed = new Promise((resolve) => this.#child.once('close', resolve))
  }

  /** Waits for its end. @returns its exit code */
  closed(): Promise<number | null> {
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#closed
  }
}
