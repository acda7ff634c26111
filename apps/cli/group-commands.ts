import { readFileSync } from 'node:fs'

import type { Command } from 'commander'

import { call, type Send } from '#core/contract/client.ts'
import {
  addGroup,
  addMembers,
  getGroup,
  type GroupBody,
  listGroups,
  removeGroup,
  removeMembers,
  setGroupProperties,
} from '#core/contract/groups.ts'

import { everyPage } from './every-page.ts'
import { CommandError } from './operator.ts'
import { printTable } from './table.ts'

/** Groups of people. Those of the configuration are changed there. */
export function addGroupCommands(program: Command, send: () => Send): void {
  const group = program
    .command('group')
    .description('groups of people: list, add, remove, members, properties')
  addLooking(group, send)
  addMaking(group, send)
  addMembership(group, send)
}

function addLooking(group: Command, send: () => Send): void {
  group
    .command('list')
    .option('--json', 'as JSON')
    .description('list groups')
    .action(async ({ json = false }: { json?: boolean }) => {
      const groups = await everyPage(send(), listGroups)
      if (json) return console.log(JSON.stringify(groups, undefined, 2))
      const rows = groups.map(({ name, users = [], roles = [] }) => [
        name,
        String(users.length),
        roles.join(', '),
      ])
      printTable(['name', 'members', 'roles'], rows)
    })

  group
    .command('show')
    .argument('<group>')
    .option('--json', 'as JSON')
    .description('show a group: its members, roles and properties')
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const found = await call(send(), getGroup, { params: { group: name } })
      if (json) return console.log(JSON.stringify(found, undefined, 2))
      printGroup(found)
    })
}

function printGroup({ name, users = [], roles = [], properties = {} }: GroupBody): void {
  console.log(name)
  console.log(`members: ${users.join(', ') || 'nobody'}`)
  if (roles.length > 0) console.log(`roles: ${roles.join(', ')}`)
  if (Object.keys(properties).length > 0) console.log(`properties: ${JSON.stringify(properties)}`)
}

function addMaking(group: Command, send: () => Send): void {
  group
    .command('add')
    .argument('<group>')
    .argument('[names...]', 'members')
    .description('make a group')
    .action(async (name: string, users: string[]) => {
      const made = await call(send(), addGroup, { params: { group: name }, body: { users } })
      printGroup(made)
    })

  group
    .command('remove')
    .argument('<group>')
    .description('remove a group; its members stay people')
    .action(async (name: string) => {
      await call(send(), removeGroup, { params: { group: name } })
      console.log(`The group ${name} is removed.`)
    })

  group
    .command('properties')
    .argument('<group>')
    .argument('<file>', 'a file with a JSON object (-: standard input)')
    .description('replace the properties of a group, which mean what services make of them')
    .action(async (name: string, file: string) => {
      const body = setGroupProperties.body.safeParse(readJson(file))
      if (!body.success) throw new CommandError(`${file} holds no JSON object`)
      const params = { group: name }
      printGroup(await call(send(), setGroupProperties, { params, body: body.data }))
    })
}

function readJson(file: string): unknown {
  try {
    const read: unknown = JSON.parse(readFileSync(file === '-' ? 0 : file, 'utf8'))
    return read
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandError(`${file} cannot be read as JSON (${why})`, { cause: error })
  }
}

function addMembership(group: Command, send: () => Send): void {
  const members = group.command('members').description('who is in a group')
  for (const [verb, endpoint, says] of [
    ['add', addMembers, 'put people into a group; who is in already stays'],
    ['remove', removeMembers, 'take people out of a group; who is not in is passed over'],
  ] as const) {
    members
      .command(verb)
      .argument('<group>')
      .argument('<names...>')
      .description(says)
      .action(async (name: string, users: string[]) => {
        printGroup(await call(send(), endpoint, { params: { group: name }, body: { users } }))
      })
  }
}
