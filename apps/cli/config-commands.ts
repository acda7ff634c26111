import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Command } from 'commander'
import { stringify } from 'yaml'

import { loadConfig, parseConfig } from '#core/config/load.ts'
import type { HubConfig } from '#core/config/schema.ts'

/** These work on the file, so that a configuration with which the hub does not start can be mended. */
export function addConfigCommands(program: Command, dataDir: () => string): void {
  const config = program.command('config').description('settings: show, check')
  const fileOf = ({ config: file }: { config?: string }) => file ?? join(dataDir(), 'config.yaml')

  config
    .command('show')
    .option('--config <file>', 'settings of another file')
    .description('print every setting as it is in force, defaults included; secrets are left out')
    .action((options: { config?: string }) => {
      const file = fileOf(options)
      const found = existsSync(file) ? loadConfig(file) : parseConfig('', file)
      console.log(stringify(withoutSecrets(found)).trimEnd())
    })

  config
    .command('check')
    .option('--config <file>', 'another file')
    .description('tell every mistake in the settings, with its line')
    .action((options: { config?: string }) => {
      const file = fileOf(options)
      loadConfig(file)
      console.log(`${file} is in order.`)
    })
}

function withoutSecrets(config: HubConfig): object {
  const { listen, authenticator, spawner } = config
  return {
    ...config,
    listen: `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${listen.port}`,
    authenticator: { ...authenticator, password: authenticator.password === '' ? '' : '(hidden)' },
    spawner: { ...spawner, start_timeout: `${spawner.start_timeout / 1000}s` },
  }
}
