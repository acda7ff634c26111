import type { Command } from 'commander'

import { call, type Send } from '#core/contract/client.ts'
import { createToken, listTokens, removeToken } from '#core/contract/tokens.ts'

import { readLifetime } from './lifetime.ts'
import { printTable, shownTime } from './table.ts'

/** API tokens of people. */
export function addTokenCommands(program: Command, send: () => Send): void {
  const token = program.command('token').description('API tokens: create, list, revoke')

  token
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

  token
    .command('list')
    .argument('<name>', 'whose they are')
    .option('--json', 'as JSON')
    .description('list the tokens of a person, without their text, which is not kept')
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const { api_tokens: tokens } = await call(send(), listTokens, { params: { user: name } })
      if (json) return console.log(JSON.stringify(tokens, undefined, 2))
      const rows = tokens.map((each) => [
        each.id,
        each.note,
        each.oauth_client,
        shownTime(each.created),
        shownTime(each.last_activity),
        shownTime(each.expires_at),
      ])
      printTable(['id', 'note', 'given to', 'made', 'last used', 'expires'], rows)
    })

  token
    .command('revoke')
    .argument('<name>', 'whose it is')
    .argument('<id>', 'as `token list` shows it')
    .description('void a token, at once and everywhere')
    .action(async (name: string, id: string) => {
      await call(send(), removeToken, { params: { user: name, id } })
      console.log(`${id} is void.`)
    })
}
