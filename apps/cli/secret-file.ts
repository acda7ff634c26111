import { readFileSync } from 'node:fs'

import { CommandError } from './operator.ts'

/** The first line of a file, or of standard input for `-`: a secret does not belong into arguments, which all can see. */
export async function readSecretFile(file: string): Promise<string> {
  try {
    const text = readFileSync(file === '-' ? 0 : file, 'utf8')
    const line = text.split(/\r?\n/)[0] ?? ''
    if (line === '')
      throw new CommandError(
        `${file === '-' ? 'standard input' : file} is empty; its first line is taken for the password`,
      )
    return line
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(
      `${file} cannot be read (${error instanceof Error ? error.message : String(error)})`,
      { cause: error },
    )
  }
}
