import { plainText } from '#core/base/plain-text.ts'

import { LOG_LEVELS, type LogLevel } from './command-line.ts'

/** Where the proxy says what happens. What comes from outside is made plain; no token and no query string is ever given here. */
export type ProxyLog = Readonly<Record<LogLevel, (message: string) => void>>

/** A line for each message from `level` on. */
export function openLog(level: LogLevel, write: (line: string) => void): ProxyLog {
  const least = LOG_LEVELS.indexOf(level)
  const at = (name: LogLevel) =>
    LOG_LEVELS.indexOf(name) < least
      ? () => undefined
      : (message: string) =>
          write(`${new Date().toISOString()} ${name.padEnd(5)} ${plainText(message)}`)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
