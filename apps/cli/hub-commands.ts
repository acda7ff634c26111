import type { Command } from 'commander'

import { call, type Send } from '#core/contract/client.ts'
import { checkProxy, getProxyRoutes, shutDown } from '#core/contract/hub-control.ts'
import { getInfo } from '#core/contract/info.ts'

/** The hub itself, and its proxy. */
export function addHubCommands(program: Command, send: () => Send): void {
  const hub = program.command('hub').description('the hub itself: info, shutdown')

  hub
    .command('info')
    .description('tell what the hub runs on')
    .action(async () => {
      const { spawner, authenticator, ...info } = await call(send(), getInfo, {})
      for (const [key, value] of Object.entries(info)) console.log(`${key}\t${value}`)
      console.log(`spawner\t${spawner.class}\nauthenticator\t${authenticator.class}`)
    })

  hub
    .command('shutdown')
    .option('--servers', 'stop notebook servers as well; else the next hub finds them')
    .option('--restart', 'only start the hub anew; the public entrance goes on')
    .description('end the hub')
    .action(
      async ({ servers = false, restart = false }: { servers?: boolean; restart?: boolean }) => {
        await call(send(), shutDown, { body: { servers, proxy: !restart } })
        console.log(restart ? 'The hub is started anew.' : 'The hub ends.')
      },
    )

  const proxy = program
    .command('proxy')
    .description(
      "the proxy's routes: routes, check; with its own flags, the proxy alone: proxy --help",
    )

  proxy
    .command('routes')
    .option('--json', 'as JSON')
    .description('list the routes: path, where it leads')
    .action(async ({ json = false }: { json?: boolean }) => {
      const routes = await call(send(), getProxyRoutes, { params: { limit: 200 } })
      if (json) return console.log(JSON.stringify(routes, undefined, 2))
      for (const [path, { target }] of Object.entries(routes)) console.log(`${path}\t${target}`)
    })

  proxy
    .command('check')
    .description('mend the routes now')
    .action(async () => {
      await call(send(), checkProxy, {})
      console.log('The routes are what they should be.')
    })
}
