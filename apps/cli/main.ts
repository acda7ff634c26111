import { join, resolve } from 'node:path'

import { Command } from 'commander'

import { makeSetUpLink } from '#core/contract/sign-in.ts'
import { createToken } from '#core/contract/tokens.ts'
import { call } from '#core/contract/client.ts'

import { addAnnounceCommands } from './announce-commands.ts'
import { addConfigCommands } from './config-commands.ts'
import { readLifetime } from './lifetime.ts'
import { operatorSend, sentenceOf } from './operator.ts'
import { addUserCommands } from './user-commands.ts'

const { data, rest } = takeData(process.argv.slice(2))
const send = () => operatorSend(data)

const program = new Command('bulkhead')
  .description(
    'Speaks with the running hub, as its operator. Settings can be read and changed without it.',
  )
  .option('--data <dir>', `data directory of the hub (default: ${data})`)
  .showHelpAfterError('(see bulkhead --help)')

addUserCommands(program, send)
addAnnounceCommands(program, send)
addConfigCommands(program, { dataDir: () => data, send })

program
  .command('token')
  .description('API tokens')
  .command('create')
  .argument('<name>', 'whose it is')
  .option(
    '--scope <scope>',
    'may be given several times; without one the token may do all that its owner may',
    (scope: string, before: string[]) => [...before, scope],
    [],
  )
  .option('--expires-in <time>', 'such as 30m, 1h, 7d; without it the token does not expire')
  .option('--note <text>', 'what it is for')
  .description('make a token; prints it alone, once')
  .action(
    async (
      name: string,
      { scope, expiresIn, note }: { scope: string[]; expiresIn?: string; note?: string },
    ) => {
      const body = {
        ...(scope.length > 0 && { scopes: scope }),
        ...(expiresIn !== undefined && { expires_in: readLifetime(expiresIn) }),
        ...(note !== undefined && { note }),
      }
      console.log((await call(send(), createToken, { params: { user: name }, body })).token)
    },
  )

program
  .command('setup-link')
  .description('print a one-time link under which the first admin is made; an earlier one is void')
  .action(async () => {
    console.log((await call(send(), makeSetUpLink, {})).url)
  })

try {
  await program.parseAsync(rest, { from: 'user' })
} catch (error) {
  console.error(sentenceOf(error))
  process.exitCode = 1
}

/** `--data DIR` may stand before or after the command, so it is taken out before anything else is read. */
function takeData(args: readonly string[]): {
  readonly data: string
  readonly rest: readonly string[]
} {
  const rest: string[] = []
  let found: string | undefined
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? ''
    if (arg === '--data') found = args[++i]
    else if (arg.startsWith('--data=')) found = arg.slice('--data='.length)
    else rest.push(arg)
  }
  const usual =
    process.getuid?.() === 0 ? '/var/lib/bulkhead' : join(import.meta.dirname, '../../data')
  return { data: resolve(found ?? usual), rest }
}
