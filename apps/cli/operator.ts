import { request } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

import { ApiError, type Send } from '#core/contract/client.ts'

const DEADLINE_MS = 60_000

/** A mistake of whoever typed the command, or a hub that is not there: a sentence, and exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
}

/** Nobody answers at the hub's socket. */
export class HubIsDown extends CommandError {}

/** Speaks with the running hub as its operator: whoever may open the socket is that. */
export function operatorSend(dataDir: string): Send {
  const socketPath = join(dataDir, 'operator.sock')
  return ({ method, path, body, accept }) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
    const headers = {
      host: 'operator',
      ...(accept !== undefined && { accept }),
      ...(body !== null && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }),
    }
    const asked = request(
      { socketPath, method, path, headers, signal: AbortSignal.timeout(DEADLINE_MS) },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (text += chunk))
        answer.once('end', () => resolve({ status: answer.statusCode ?? 500, text }))
        answer.once('error', reject)
      },
    )
    asked.once('error', (error: NodeJS.ErrnoException) => reject(whyNot(error, dataDir)))
    asked.end(body)
    return promise
  }
}

/** Writes a long answer out as it comes. @throws CommandError when the hub is not there, or refuses */
export function operatorStream(
  dataDir: string,
  path: string,
  out: NodeJS.WritableStream,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const asked = request(
    { socketPath: join(dataDir, 'operator.sock'), path, headers: { host: 'operator' } },
    (answer) => {
      if (answer.statusCode !== 200) {
        reject(new CommandError(`the hub answered ${answer.statusCode}`))
        return
      }
      pipeline(answer, out, { end: false }).then(resolve, reject)
    },
  )
  asked.once('error', (error: NodeJS.ErrnoException) => reject(whyNot(error, dataDir)))
  asked.end()
  return promise
}

function whyNot(error: NodeJS.ErrnoException, dataDir: string): CommandError {
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new HubIsDown(
        `The hub is not running on ${dataDir}. Start it (./start), or name its data directory (--data).`,
        { cause: error },
      )
    case 'EACCES':
      return new CommandError(
        `The hub's socket in ${dataDir} is closed to you: run the command as the account that started the hub, or as root.`,
        { cause: error },
      )
    default:
      return new CommandError(`The hub does not answer: ${error.message}`, { cause: error })
  }
}

/** What went wrong, for the terminal. */
export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError || error instanceof CommandError || error instanceof Error)
    return error.message
  return String(error)
}
