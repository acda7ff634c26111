import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { publicFolder } from '../../e2e/public-folder.ts'
import { RunningHub } from '../../e2e/running-hub.ts'
import { JupyterHub } from '../jupyterhub.ts'

/** A hub under comparison, by its address alone. */
export interface Hub {
  readonly url: string
}

/** Both hubs, started alike: the same people may sign in, the same services and roles, the same simulated server. */
export interface Pair extends AsyncDisposable {
  readonly theirs: Hub
  readonly ours: Hub
}

export const PASSWORD = 'differential-password'

/** Services with a token of their own, and what each may do. `clerk` holds admin:users and is no admin. */
export const SERVICES = {
  helper: {
    token: '5e1f00d5e1f00d5e1f00d5e1f00d5e1f',
    scopes: ['list:users', 'read:users:activity', 'read:servers', 'delete:servers'],
  },
  clerk: {
    token: 'c1e2c1e2c1e2c1e2c1e2c1e2c1e2c1e2',
    scopes: ['admin:users', 'list:users', 'tokens', 'delete:users'],
  },
} as const

/** Starts both. Each gets its own new database. */
export async function startPair(): Promise<Pair> {
  const place = publicFolder()
  const { folder } = place
  const program = join(folder, 'simulated-single-user.py')
  copyFileSync(join(import.meta.dirname, '../simulated-single-user.py'), program)
  const command = [join(process.env['BULKHEAD_CLIENTS'] ?? '', 'bin/python'), program]
  const [theirs, ours] = await Promise.all([
    JupyterHub.create({ config: theirConfig(command) }),
    RunningHub.create({ config: ourConfig(command, folder) }),
  ])
  return {
    theirs,
    ours,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([theirs[Symbol.asyncDispose](), ours[Symbol.asyncDispose]()])
      await place[Symbol.asyncDispose]()
    },
  }
}

function theirConfig(command: readonly string[]): string {
  const services = Object.entries(SERVICES).map(([name, { token }]) => ({ name, api_token: token }))
  const roles = Object.entries(SERVICES).map(([name, { scopes }]) => ({
    name,
    scopes,
    services: [name],
  }))
  return `c.JupyterHub.authenticator_class = 'dummy'
c.DummyAuthenticator.password = '${PASSWORD}'
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {'ada'}
c.JupyterHub.allow_named_servers = True
c.JupyterHub.named_server_limit_per_user = 3
c.JupyterHub.services = ${JSON.stringify(services)}
c.JupyterHub.load_roles = ${JSON.stringify(roles)}
c.Spawner.cmd = ${JSON.stringify(command)}
c.JupyterHub.log_level = 'INFO'
`
}

function ourConfig(command: readonly string[], folder: string): string {
  return JSON.stringify({
    authenticator: { use: 'dummy', allow: 'everyone', password: PASSWORD, admins: ['ada'] },
    named_servers: { allow: true, per_user: 3 },
    spawner: { command },
    services: Object.entries(SERVICES).map(([name, { token }]) => {
      const file = join(folder, `${name}-token`)
      writeFileSync(file, `${token}\n`)
      return { name, api_token_file: file }
    }),
    roles: Object.entries(SERVICES).map(([name, { scopes }]) => ({
      name,
      scopes,
      services: [name],
    })),
  })
}
