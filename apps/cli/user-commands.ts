import type { Command } from 'commander'

import { listRights, lockUser, makePasswordLink, unlockUser } from '#core/contract/accounts.ts'
import { call, type Send } from '#core/contract/client.ts'
import type { UserBody } from '#core/contract/models.ts'
import { makeSignUpLink } from '#core/contract/sign-in.ts'
import { addUser, editUser, getUser, listUsers, removeUser } from '#core/contract/users.ts'

import { everyPage } from './every-page.ts'
import { CommandError } from './operator.ts'
import { readSecretFile } from './secret-file.ts'
import { printTable, shownTime } from './table.ts'

/** People: who there are, and what becomes of their accounts. */
export function addUserCommands(program: Command, send: () => Send): void {
  const user = program.command('user').description('people: add, list, change, lock, remove')
  addAdding(user, send)
  addListing(user, send)
  addChanging(user, send)
  addLocking(user, send)
  addRights(user, send)
}

function addAdding(user: Command, send: () => Send): void {
  user
    .command('add')
    .argument('<name>')
    .option('--admin', 'make an admin of the person')
    .option(
      '--password-file <file>',
      'take the first line of the file (-: standard input) for the password',
    )
    .option('--adopt', 'somebody of this name was removed: the files are the new person’s')
    .option('--fresh', 'somebody of this name was removed: the files are moved aside')
    .description(
      'add a person; without a password file, print a one-time link to choose a password under',
    )
    .action(
      async (
        name: string,
        options: { admin?: boolean; passwordFile?: string; adopt?: boolean; fresh?: boolean },
      ) => {
        const { admin = false, passwordFile } = options
        const password = passwordFile === undefined ? undefined : await readSecretFile(passwordFile)
        const files = filesOf(options)
        const body = { admin, ...(password !== undefined && { password }), ...(files && { files }) }
        const made = await call(send(), addUser, { params: { user: name }, body })
        if (password !== undefined) return console.log(`${made.name} can sign in now.`)
        printLink(made.name, await call(send(), makeSignUpLink, { params: { user: made.name } }))
      },
    )

  user
    .command('password-link')
    .argument('<name>')
    .description(
      'print a one-time link under which the person chooses a new password; the old one is good until then',
    )
    .action(async (name: string) => {
      printLink(name, await call(send(), makePasswordLink, { params: { user: name } }))
    })
}

function filesOf({ adopt = false, fresh = false }): 'adopt' | 'fresh' | undefined {
  if (adopt && fresh)
    throw new CommandError('--adopt and --fresh do not go together: say one of them')
  if (adopt) return 'adopt'
  return fresh ? 'fresh' : undefined
}

/** The link alone goes to standard output, so that it can be piped on. */
function printLink(
  name: string,
  { url, expires_at: until }: { readonly url: string; readonly expires_at: string },
): void {
  console.error(`${name} chooses a password under this link, once, until ${shownTime(until)}:`)
  console.log(url)
}

function addListing(user: Command, send: () => Send): void {
  user
    .command('list')
    .description('list people')
    .option('--sort <by>', 'id, name or last_activity; with - before it, the other way round', 'id')
    .option('--state <state>', 'only those with servers that are: active, ready, inactive')
    .option('--search <text>', 'only those whose name has this in it')
    .option('--json', 'as JSON')
    .action(
      async ({
        sort,
        state,
        search,
        json = false,
      }: {
        sort: string
        state?: string
        search?: string
        json?: boolean
      }) => {
        const people = await everyPage(send(), listUsers, {
          sort,
          ...(state !== undefined && { state }),
          ...(search !== undefined && { name_filter: search }),
        })
        if (json) return console.log(JSON.stringify(people, undefined, 2))
        printTable(['name', 'is', 'groups', 'last active', 'servers'], people.map(rowOf))
      },
    )

  user
    .command('show')
    .argument('<name>')
    .option('--json', 'as JSON')
    .description('show a person, with servers at rest too')
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const params = { user: name, include_stopped_servers: '1' }
      const person = await call(send(), getUser, { params })
      if (json) return console.log(JSON.stringify(person, undefined, 2))
      printTable(['name', 'is', 'groups', 'last active', 'servers'], [rowOf(person)])
    })
}

function rowOf({
  name,
  admin = false,
  locked = false,
  groups = [],
  last_activity: active,
  servers = {},
}: UserBody): readonly string[] {
  const is = [...(admin ? ['admin'] : []), ...(locked ? ['locked'] : [])].join(', ')
  const running = Object.values(servers).map(
    (server) => `${server.name || 'default'} ${stateOf(server)}`,
  )
  return [name, is, groups.join(', '), shownTime(active), running.join(', ')]
}

function stateOf({
  ready,
  pending,
}: {
  readonly ready: boolean
  readonly pending: string | null
}): string {
  if (pending === 'spawn') return 'starting'
  if (pending === 'stop') return 'stopping'
  return ready ? 'running' : 'stopped'
}

function addChanging(user: Command, send: () => Send): void {
  user
    .command('rename')
    .argument('<name>')
    .argument('<new-name>')
    .description('call a person something else; servers must be stopped, files stay')
    .action(async (name: string, newName: string) => {
      const body = { name: newName }
      const renamed = await call(send(), editUser, { params: { user: name }, body })
      console.log(`${name} is called ${renamed.name} now.`)
    })

  user
    .command('admin')
    .argument('<name>')
    .argument('<on|off>')
    .description('make an admin of a person, or no longer')
    .action(async (name: string, flag: string) => {
      if (flag !== 'on' && flag !== 'off')
        throw new CommandError(`say on or off: bulkhead user admin ${name} on`)
      const body = { admin: flag === 'on' }
      const person = await call(send(), editUser, { params: { user: name }, body })
      console.log(`${person.name} is ${person.admin === true ? 'an admin' : 'no admin'} now.`)
    })

  user
    .command('remove')
    .argument('<name>')
    .description(
      'stop the servers of a person and remove the account; the files stay, and the name is refused until `user add` says whose they are',
    )
    .action(async (name: string) => {
      await call(send(), removeUser, { params: { user: name } })
      console.log(`${name} is removed. The files stay where they are.`)
    })
}

function addLocking(user: Command, send: () => Send): void {
  user
    .command('lock')
    .argument('<name>')
    .option('--stop-servers', 'also stop what of theirs is running')
    .description('lock a person out: no sign-in, no session, no token counts until `user unlock`')
    .action(async (name: string, { stopServers = false }: { stopServers?: boolean }) => {
      const body = { stop_servers: stopServers }
      await call(send(), lockUser, { params: { user: name }, body })
      console.log(`${name} is locked out.`)
    })

  user
    .command('unlock')
    .argument('<name>')
    .description('let a person in again')
    .action(async (name: string) => {
      await call(send(), unlockUser, { params: { user: name } })
      console.log(`${name} can sign in again.`)
    })
}

function addRights(user: Command, send: () => Send): void {
  user
    .command('rights')
    .argument('<name>')
    .option('--json', 'as JSON')
    .description('every scope that a person holds, by which role, and through what')
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const { rights } = await call(send(), listRights, { params: { user: name } })
      if (json) return console.log(JSON.stringify(rights, undefined, 2))
      const rows = rights.flatMap(({ scope, reasons }) =>
        reasons.map(({ role, scope: written, through, group }) => [
          scope,
          `${role} (${written})`,
          group === undefined ? through : `group ${group}`,
        ]),
      )
      printTable(['scope', 'role', 'through'], rows)
    })
}
