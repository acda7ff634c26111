import type { Command } from 'commander'

import { makeSignUpLink } from '#core/contract/sign-in.ts'
import { addUser, listUsers, removeUser } from '#core/contract/users.ts'
import { call, callPage, type Send } from '#core/contract/client.ts'
import type { UserBody } from '#core/contract/models.ts'

import { readSecretFile } from './secret-file.ts'

const PAGE = 200

/** All of them, a page at a time. */
async function everyUser(
  send: Send,
  params: Readonly<Record<string, string>>,
): Promise<readonly UserBody[]> {
  const people: UserBody[] = []
  for (let offset = 0; ; offset += PAGE) {
    const page = await callPage(send, listUsers, { params: { ...params, offset, limit: PAGE } })
    people.push(...page.items)
    if (page._pagination.next === null) return people
  }
}

export function addUserCommands(program: Command, send: () => Send): void {
  const user = program.command('user').description('people: add, list, remove')

  user
    .command('add')
    .argument('<name>')
    .option('--admin', 'make an admin of the person')
    .option(
      '--password-file <file>',
      'take the first line of the file (-: standard input) for the password',
    )
    .description(
      'add a person; without a password file, print a one-time link to choose a password under',
    )
    .action(
      async (
        name: string,
        { admin = false, passwordFile }: { admin?: boolean; passwordFile?: string },
      ) => {
        const password = passwordFile === undefined ? undefined : await readSecretFile(passwordFile)
        const made = await call(send(), addUser, {
          params: { user: name },
          body: { admin, ...(password !== undefined && { password }) },
        })
        if (password !== undefined) return console.log(`${made.name} can sign in now.`)
        const { url, expires_at: until } = await call(send(), makeSignUpLink, {
          params: { user: made.name },
        })
        // The link alone goes to standard output, so that it can be piped on.
        console.error(
          `${made.name} chooses a password under this link, once, until ${new Date(until).toLocaleString()}:`,
        )
        console.log(url)
      },
    )

  user
    .command('list')
    .description('list people: name, admin, last activity, server')
    .option('--json', 'as JSON')
    .action(async ({ json = false }: { json?: boolean }) => {
      const people = await everyUser(send(), {})
      if (json) return console.log(JSON.stringify(people, undefined, 2))
      for (const person of people) console.log(lineOf(person))
    })

  user
    .command('remove')
    .argument('<name>')
    .description('stop the servers of a person and remove the account; the files stay')
    .action(async (name: string) => {
      await call(send(), removeUser, { params: { user: name } })
      console.log(`${name} is removed. The files stay where they are.`)
    })
}

function lineOf({ name, admin = false, last_activity: active, servers = {} }: UserBody): string {
  const state = Object.values(servers).some(({ ready }) => ready) ? 'server running' : ''
  return [name, admin ? 'admin' : '', active ?? 'never', state].join('\t')
}
