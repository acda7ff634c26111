import type { Command } from 'commander'

import { ApiError, call, callPage, type Send } from '#core/contract/client.ts'
import { exemptServer } from '#core/contract/culling.ts'
import type { ServerBody } from '#core/contract/models.ts'
import { getServer, getServerLog, startServer, stopServer } from '#core/contract/servers.ts'
import { listUsers } from '#core/contract/users.ts'

import { CommandError } from './operator.ts'
import { printTable, shownTime } from './table.ts'

const PAGE = 200
/** How many are stopped at one time. */
const AT_ONCE = 8
/** How long a start or stop is waited for, and how often it is looked at. */
const PATIENCE_MS = 120_000
const LOOK_MS = 500

interface Found {
  readonly user: string
  readonly server: ServerBody
}

type Json = { readonly json?: boolean }

/** Notebook servers. `ada` is the one without a name, `ada/gpu` one with. */
export function addServerCommands(program: Command, send: () => Send): void {
  const server = program
    .command('server')
    .description('notebook servers: list, start, stop, show, log, keep, remove')
  addLooking(server, send)
  addDoing(server, send)
  program
    .command('servers')
    .description('all notebook servers at once')
    .command('stop')
    .requiredOption('--all', 'every server of everybody')
    .description('stop all servers, and say how far it is')
    .action(() => stopAll(send()))
}

function addLooking(server: Command, send: () => Send): void {
  server
    .command('list')
    .argument('[name]', 'of one person only')
    .option('--stopped', 'those that do not run as well')
    .option('--json', 'as JSON')
    .description('list servers: state, since when, last activity')
    .action(
      async (
        name: string | undefined,
        { json = false, stopped = false }: Json & { stopped?: boolean },
      ) => {
        const all = await serversOf(send(), stopped)
        const found = all.filter(({ user }) => name === undefined || user === name)
        if (json)
          return console.log(
            JSON.stringify(
              found.map(({ server: body }) => body),
              undefined,
              2,
            ),
          )
        printTable(
          ['server', 'state', 'since', 'last activity'],
          found.map(({ user, server: body }) => [
            shownName(user, body.name),
            stateOf(body),
            shownTime(body.since),
            shownTime(body.last_activity),
          ]),
        )
      },
    )

  server
    .command('show')
    .argument('<server>', 'ada, or ada/gpu')
    .description('show one server, as JSON')
    .action(async (which: string) => {
      console.log(
        JSON.stringify(await call(send(), getServer, { params: named(which) }), undefined, 2),
      )
    })

  server
    .command('log')
    .argument('<server>', 'ada, or ada/gpu')
    .option('--lines <n>', 'how many of its last lines', '40')
    .description('print the end of the log of a server that runs, or did not start')
    .action(async (which: string, { lines }: { lines: string }) => {
      const params = { ...named(which), lines }
      for (const line of (await call(send(), getServerLog, { params })).lines) console.log(line)
    })
}

function addDoing(server: Command, send: () => Send): void {
  server
    .command('start')
    .argument('<server>', 'ada, or ada/gpu')
    .description('start a server and wait until it is ready')
    .action(async (which: string) => {
      const params = named(which)
      await call(send(), startServer, { params })
      const body = await settled(send(), params)
      if (!body?.ready) throw new CommandError(body?.failure?.reason ?? 'It does not run.')
      console.log(body.full_url ?? body.url)
    })

  server
    .command('stop')
    .argument('<server>', 'ada, or ada/gpu')
    .description('stop a server and wait until it is gone')
    .action(async (which: string) => {
      await stopOne(send(), named(which))
      console.log(`${which} is stopped.`)
    })

  server
    .command('remove')
    .argument('<server>', 'ada/gpu')
    .description('take a named server away, stopping it first; files stay')
    .action(async (which: string) => {
      await call(send(), stopServer, { params: named(which), body: { remove: true } })
      console.log(`${which} is removed.`)
    })

  server
    .command('keep')
    .argument('<server>', 'ada, or ada/gpu')
    .option('--off', 'no more: it is stopped like any other')
    .description('keep a server running, however idle or old it is')
    .action(async (which: string, { off = false }: { off?: boolean }) => {
      await call(send(), exemptServer, { params: named(which), body: { exempt: !off } })
      console.log(off ? `${which} is stopped when it is idle.` : `${which} is left alone.`)
    })
}

async function stopAll(send: Send): Promise<void> {
  const running = await serversOf(send, false)
  if (running.length === 0) return console.log('No server runs.')
  let done = 0
  const failed: string[] = []
  const left = running.values()
  const work = async () => {
    for (const { user, server } of left) {
      const name = shownName(user, server.name)
      const failure = await stopOne(send, { user, server: server.name }).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      if (failure !== undefined) failed.push(`${name}: ${failure}`)
      console.log(`${++done} of ${running.length}: ${name} ${failure ?? 'is stopped'}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (failed.length > 0)
    throw new CommandError(`${failed.length} of ${running.length} servers were not stopped.`)
}

async function stopOne(send: Send, params: { user: string; server: string }): Promise<void> {
  await call(send, stopServer, { params })
  const body = await settled(send, params)
  if (body && !body.stopped) throw new CommandError('It does not stop.')
}

/** The server once it is no more on its way up or down; undefined when it was never there. */
async function settled(
  send: Send,
  params: { user: string; server: string },
): Promise<ServerBody | undefined> {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const body = await call(send, getServer, { params }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    })
    if (!body || body.pending === null || Date.now() > deadline) return body
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

async function serversOf(send: Send, withStopped: boolean): Promise<readonly Found[]> {
  const found: Found[] = []
  for (let offset = 0; ; offset += PAGE) {
    const params = {
      offset,
      limit: PAGE,
      ...(withStopped ? { include_stopped_servers: 1 } : { state: 'active' }),
    }
    const { items, _pagination: place } = await callPage(send, listUsers, { params })
    for (const { name, servers = {} } of items)
      found.push(...Object.values(servers).map((server) => ({ user: name, server })))
    if (place.next === null || items.length === 0) return found
  }
}

function named(which: string): { readonly user: string; readonly server: string } {
  const [user = '', server = ''] = which.split('/')
  return { user, server }
}

const shownName = (user: string, server: string) => (server === '' ? user : `${user}/${server}`)

function stateOf({ ready, pending, failure }: ServerBody): string {
  if (ready) return 'running'
  if (pending !== null) return pending === 'spawn' ? 'starting' : 'stopping'
  return failure ? 'failed' : 'stopped'
}
