import { existsSync } from 'node:fs'

import type { Command } from 'commander'
import * as z from 'zod'

import { at } from '#core/config/edit-text.ts'
import { explain } from '#core/config/explain.ts'
import { readConfig, type ReadConfig, readConfigFile } from '#core/config/load.ts'
import { findSetting } from '#core/config/setting-path.ts'
import { HIDDEN, withoutSecrets } from '#core/config/secrets.ts'
import { unwrap, withValueAt } from '#core/config/settings-list.ts'
import type { ConfigReport } from '#core/contract/config.ts'

import type { ConfigPlace } from './config-place.ts'
import { reportOf } from './config-hub.ts'
import { asText, asYaml, type ShownSetting } from './config-output.ts'
import { CommandError } from './operator.ts'

interface ReadingOptions {
  readonly config?: string
  readonly json?: boolean
  readonly secrets?: boolean
}

/** `config show` and `config get`. */
export function addConfigReading(config: Command, { fileOf, send }: ConfigPlace): void {
  const withOptions = (command: Command) =>
    command
      .option('--json', 'as JSON')
      .option('--secrets', 'show secrets too')
      .option('--config <file>', 'another file than config.yaml in the data directory')

  withOptions(
    config.command('show').argument('[name]', 'one setting, or a section such as culling'),
  )
    .description('print the settings in force, defaults included, each with where it comes from')
    .action(async (name: string | undefined, options: ReadingOptions) => {
      const file = fileOf(options)
      const report = options.secrets === true ? undefined : await reportOf(send(), file)
      const settings = report?.settings ?? inFile(file, options.secrets === true)
      const asked = settings.filter(
        (each) => name === undefined || each.name === name || each.name.startsWith(`${name}.`),
      )
      if (asked.length === 0) throw new CommandError(`${name} is no setting or section`)
      if (options.json === true)
        console.log(JSON.stringify({ ...stateOf(report, file), settings: asked }, undefined, 2))
      else console.log(asYaml(asked))
      if (report) for (const line of remarks(report)) console.error(line)
    })

  withOptions(config.command('get').argument('<name>', 'such as culling.idle_after'))
    .description('print one setting of the file, or its default')
    .action((name: string, options: ReadingOptions) => {
      const value = valueOf(read(fileOf(options)), name, options.secrets === true)
      console.log(options.json === true ? JSON.stringify(value ?? null) : asText(value))
    })
}

function valueOf(read: ReadConfig, name: string, secrets: boolean): unknown {
  const explained = explain(read, {}, { secrets })
  const one = explained.find((each) => each.name === name)
  if (one) return one.value
  const within = explained.filter((each) => each.name.startsWith(`${name}.`))
  if (within.length > 0)
    return within.reduce<unknown>(
      (section, each) =>
        withValueAt(section, each.name.slice(name.length + 1).split('.'), each.value),
      {},
    )
  const { path, schema, secret } = findSetting(name, read.raw)
  const value = at(read.raw, path) ?? unwrap(schema).default
  if (secrets) return value
  return secret ? HIDDEN : withoutSecrets(schema, value)
}

function read(file: string): ReadConfig {
  return readConfig(existsSync(file) ? readConfigFile(file) : '', file)
}

function inFile(file: string, secrets: boolean): readonly ShownSetting[] {
  return explain(read(file), {}, { secrets }).map((setting) => ({
    ...setting,
    value: z.json().parse(setting.value ?? null),
  }))
}

/** What goes with the settings in JSON. */
function stateOf(report: ConfigReport | undefined, file: string): object {
  if (!report) return { file, hub: 'does not run on it' }
  const { settings: _settings, ...state } = report
  return { ...state, hub: 'runs on it' }
}

/** What an operator has to know besides: the file and what is in force need not be the same. */
function remarks({ waiting, refusal, troubles }: ConfigReport): readonly string[] {
  return [
    ...(waiting.length > 0
      ? [`Changed in the file, waiting for the hub's next start: ${waiting.join(', ')}`]
      : []),
    ...(refusal ? [`The file as it is now is NOT in force. ${refusal.message}`] : []),
    ...troubles,
  ]
}
