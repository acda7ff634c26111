import type { Command } from 'commander'

import { plainText } from '#core/base/plain-text.ts'
import { call, type Send } from '#core/contract/client.ts'
import {
  addService,
  getService,
  listServices,
  makeServiceToken,
  removeService,
} from '#core/contract/services.ts'

import { readSecretFile } from './secret-file.ts'

const EXAMPLES = `
Services with a command, which the hub runs, stand in the configuration (services:).

Examples:
  bulkhead service list
  bulkhead service add grader --url https://grader.example --token-file grader.token
  bulkhead service token grader`

interface AddOptions {
  readonly url?: string
  readonly tokenFile?: string
  readonly redirectUri?: string
  readonly hidden?: boolean
  readonly admin?: boolean
}

/** Programs beside the notebook servers. */
export function addServiceCommands(program: Command, send: () => Send): void {
  const service = program
    .command('service')
    .description('programs beside the notebook servers: list, show, add, remove, token')
    .addHelpText('after', EXAMPLES)

  service
    .command('list')
    .description('list services: name, whether it answers, where, and why not')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const all = await call(send(), listServices, {})
      if (json) return console.log(JSON.stringify(all, undefined, 2))
      for (const { name, health, url = '' } of Object.values(all))
        console.log([name, health?.is ?? '', url, plainText(health?.detail ?? '')].join('\t'))
    })

  service
    .command('show')
    .argument('<name>')
    .option('--json', 'as JSON')
    .description('show all about a service')
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const found = await call(send(), getService, { params: { service: name } })
      if (json) return console.log(JSON.stringify(found, undefined, 2))
      for (const [key, value] of Object.entries(found))
        console.log(
          `${key}\t${plainText(typeof value === 'object' ? JSON.stringify(value) : String(value))}`,
        )
    })

  addChangeCommands(service, send)
}

function addChangeCommands(service: Command, send: () => Send): void {
  service
    .command('add')
    .argument('<name>', 'it is served at /services/NAME/')
    .option('--url <url>', 'where it answers')
    .option(
      '--token-file <file>',
      'its API token is the first line of the file (-: standard input)',
    )
    .option('--redirect-uri <uri>', 'where people come back to after signing in')
    .option('--hidden', 'pages do not list it')
    .option('--admin', 'it may do all that admins may')
    .description(
      'add a service that runs elsewhere; without a token file, `service token` makes one',
    )
    .action(async (name: string, options: AddOptions) => {
      const token = options.tokenFile && (await readSecretFile(options.tokenFile))
      await call(send(), addService, {
        params: { service: name },
        body: {
          ...(options.url !== undefined && { url: options.url }),
          ...(token !== undefined && token !== '' && { api_token: token }),
          ...(options.redirectUri !== undefined && { oauth_redirect_uri: options.redirectUri }),
          display: options.hidden !== true,
          admin: options.admin === true,
        },
      })
      console.log(`${name} is added.`)
    })

  service
    .command('remove')
    .argument('<name>')
    .description('remove a service that was added here or by the API; its tokens are void')
    .action(async (name: string) => {
      await call(send(), removeService, { params: { service: name } })
      console.log(`${name} is removed.`)
    })

  service
    .command('token')
    .argument('<name>')
    .option('--note <text>', 'what it is for')
    .description('make a further token of a service; prints it alone, once')
    .action(async (name: string, { note }: { note?: string }) => {
      const body = note === undefined ? {} : { note }
      console.log((await call(send(), makeServiceToken, { params: { service: name }, body })).token)
    })
}
