import type { Command } from 'commander'

import { call, type Send } from '#core/contract/client.ts'
import { endSession, endSessions, listSessions, type SessionBody } from '#core/contract/sessions.ts'

/** The browsers in which people are signed in. */
export function addSessionCommands(program: Command, send: () => Send): void {
  const session = program
    .command('session')
    .description('browsers in which people are signed in: list, end')

  session
    .command('list')
    .argument('<name>', 'whose')
    .option('--json', 'as JSON')
    .description('list the browsers in which a person is signed in, the youngest first')
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const { sessions } = await call(send(), listSessions, { params: { user: name } })
      if (json) return console.log(JSON.stringify(sessions, undefined, 2))
      for (const each of sessions) console.log(lineOf(each))
    })

  session
    .command('end')
    .argument('<name>', 'whose')
    .argument('[id]', 'of one session, as the list shows it; without it all of them')
    .description(
      'sign a person out, at the hub and at every server, within ten seconds; open notebooks are closed, kernels go on',
    )
    .action(async (name: string, id: string | undefined) => {
      if (id === undefined) await call(send(), endSessions, { params: { user: name } })
      else await call(send(), endSession, { params: { user: name, id } })
      console.log(`${name} is signed out${id === undefined ? ' everywhere' : ' there'}.`)
    })
}

function lineOf({ id, browser, address, last_activity: last }: SessionBody): string {
  return `${id}  ${browser}  from ${address}  last seen ${new Date(last).toLocaleString()}`
}
