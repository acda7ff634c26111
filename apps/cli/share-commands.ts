import type { Command } from 'commander'

import { call, type Send } from '#core/contract/client.ts'
import {
  addShare,
  addShareCode,
  DEFAULT_SERVER,
  listAllShares,
  reduceShare,
  type ShareBody,
} from '#core/contract/shares.ts'

import { readLifetime } from './lifetime.ts'
import { CommandError } from './operator.ts'

const PAGE = 200

interface With {
  readonly user?: string
  readonly group?: string
  readonly scope: string[]
}

const scopes = (scope: string, before: string[]) => [...before, scope]

/** What people let others do with servers of theirs. */
export function addShareCommands(program: Command, send: () => Send): void {
  const share = program
    .command('share')
    .description("let others into people's servers: list, add, revoke, code")

  share
    .command('list')
    .argument('<owner>', 'whose servers')
    .option('--json', 'as JSON')
    .description('list with whom servers are shared: server, person or group, scopes')
    .action(async (owner: string, { json = false }: { json?: boolean }) => {
      const all: ShareBody[] = []
      for (let offset = 0; ; offset += PAGE) {
        const params = { user: owner, offset, limit: PAGE }
        const { items } = await call(send(), listAllShares, { params })
        all.push(...items)
        if (items.length < PAGE) break
      }
      if (json) return console.log(JSON.stringify(all, undefined, 2))
      for (const { server, user, group, scopes: held } of all)
        console.log(
          [`${owner}/${server.name}`, user?.name ?? `group ${group?.name}`, held.join(' ')].join(
            '\t',
          ),
        )
    })

  for (const [name, says] of [
    ['add', 'share a server; without a scope the other one may come in and work there'],
    ['revoke', 'take scopes of a share away; without a scope all of them'],
  ] as const) {
    share
      .command(name)
      .argument('<server>', 'OWNER, or OWNER/NAME for a named server')
      .option('--user <name>', 'with a person')
      .option('--group <name>', 'with everyone in a group')
      .option('--scope <scope>', 'may be given several times', scopes, [])
      .description(says)
      .action(async (server: string, { user, group, scope }: With) => {
        if ((user === undefined) === (group === undefined))
          throw new CommandError('say with whom: --user or --group')
        const body = { ...(user !== undefined ? { user } : { group }), scopes: scope }
        const asked = { params: serverOf(server), body }
        if (name === 'add') await call(send(), addShare, asked)
        else await call(send(), reduceShare, asked)
        console.log(
          `${server} is ${name === 'add' ? '' : 'no longer '}shared with ${user ?? group}.`,
        )
      })
  }

  addCodeCommand(share, send)
}

function addCodeCommand(share: Command, send: () => Send): void {
  share
    .command('code')
    .argument('<server>', 'OWNER, or OWNER/NAME for a named server')
    .option('--scope <scope>', 'may be given several times', scopes, [])
    .option('--expires-in <time>', 'from 1m to 365d; by default a day')
    .description('print a link under which whoever has it gets a share')
    .action(
      async (server: string, { scope, expiresIn }: { scope: string[]; expiresIn?: string }) => {
        const body = {
          scopes: scope,
          ...(expiresIn !== undefined && { expires_in: readLifetime(expiresIn) }),
        }
        const made = await call(send(), addShareCode, { params: serverOf(server), body })
        console.log(made.full_accept_url ?? made.accept_url)
      },
    )
}

function serverOf(text: string): { user: string; server: string } {
  const [user = '', ...name] = text.split('/')
  return { user, server: name.join('/') || DEFAULT_SERVER }
}
