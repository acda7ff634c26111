import { join, resolve } from 'node:path'

import { Command } from 'commander'

import { makeSetUpLink } from '#core/contract/sign-in.ts'
import { call } from '#core/contract/client.ts'

import { addAuditCommands } from './audit-commands.ts'
import { addAnnounceCommands } from './announce-commands.ts'
import { addConfigCommands } from './config-commands.ts'
import { addGroupCommands } from './group-commands.ts'
import { addHubCommands } from './hub-commands.ts'
import { operatorSend, sentenceOf } from './operator.ts'
import { addServiceCommands } from './service-commands.ts'
import { addShareCommands } from './share-commands.ts'
import { addServerCommands } from './server-commands.ts'
import { addUsageCommand } from './usage-command.ts'
import { addSessionCommands } from './session-commands.ts'
import { addTokenCommands } from './token-commands.ts'
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
addServerCommands(program, send)
addUsageCommand(program, send)
addSessionCommands(program, send)
addGroupCommands(program, send)
addTokenCommands(program, send)
addAuditCommands(program, { send, dataDir: () => data })
addAnnounceCommands(program, send)
addServiceCommands(program, send)
addShareCommands(program, send)
addHubCommands(program, send)
addConfigCommands(program, { dataDir: () => data, send })

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
