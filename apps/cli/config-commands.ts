import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

import type { Command } from 'commander'

import { adding, type Edit, removing, setting, unsetting } from '#core/config/edit.ts'
import { listHistory, oldText } from '#core/config/history.ts'
import { loadConfig, makeConfigFile, readConfigFile } from '#core/config/load.ts'
import { readText } from '#core/config/read-text.ts'
import { findSetting } from '#core/config/setting-path.ts'
import type { Send } from '#core/contract/client.ts'

import { becomeOwnerOfFolder } from './as-owner.ts'
import { changeSettings } from './config-change.ts'
import type { ConfigPlace } from './config-place.ts'
import { addConfigReading } from './config-reading.ts'
import { CommandError } from './operator.ts'
import { readSecretFile } from './secret-file.ts'

const EXAMPLES = `
Examples:
  bulkhead config show culling
  bulkhead config set culling.idle_after 2h
  bulkhead config add authenticator.admins ada bob
  bulkhead config add roles '{ name: teacher, scopes: ["list:users!group=course-1"] }'
  bulkhead config add roles.teacher.users bob
  bulkhead config set spawner.command -- jupyterhub-singleuser --debug
  bulkhead config set authenticator.password --file password.txt
  bulkhead config undo

Settings are called by their names in the file, with dots; entries of a list by their own name. All are described in
docs/reference/settings.md. A running hub takes a change on at once; it says so when a setting waits for its next start.`

/** These work on the file, so that a configuration with which the hub does not start can be mended. */
export function addConfigCommands(
  program: Command,
  { dataDir, send }: { readonly dataDir: () => string; readonly send: () => Send },
): void {
  const config = program
    .command('config')
    .description("look at the hub's settings and change them")
    .addHelpText('after', EXAMPLES)
  const place: ConfigPlace = {
    fileOf: ({ config: file }) => resolve(file ?? join(dataDir(), 'config.yaml')),
    send,
  }
  addConfigReading(config, place)
  addChanges(config, place)
  addHistory(config, place)
}

const ELSEWHERE = [
  '--config <file>',
  'another file than config.yaml in the data directory',
] as const

function addChanges(config: Command, place: ConfigPlace): void {
  const change = async (
    options: { readonly config?: string },
    done: { readonly edit: Edit; readonly by: string; readonly name: string },
  ) => {
    const file = place.fileOf(options)
    becomeOwnerOfFolder(file)
    if (!existsSync(file)) makeConfigFile(file)
    await changeSettings({ ...done, file, send: place.send })
  }

  config
    .command('set')
    .argument('<name>', 'such as culling.idle_after')
    .argument('[value...]', 'several words make a list')
    .option('--file <file>', 'take the value from a file (-: standard input); secrets only so')
    .option(...ELSEWHERE)
    .description('give a setting a value')
    .action(async (name: string, words: string[], options: { config?: string; file?: string }) => {
      const { file: from } = options
      if (words.length > 0 === (from !== undefined))
        throw new CommandError(`say the value, or with --file where it is: config set ${name} …`)
      const secret = isSecret(place.fileOf(options), name)
      if (secret && from === undefined)
        throw new CommandError(
          `${name} is a secret, and all that is typed can be seen by others: put it into a file and say config set ${name} --file FILE`,
        )
      const value = from === undefined ? words : [await readSecretFile(from)]
      await change(options, { edit: setting(name, value), by: `set ${name}`, name })
    })

  config
    .command('unset')
    .argument('<name>')
    .option(...ELSEWHERE)
    .description('take a setting out of the file, so that its default counts')
    .action((name: string, options: { config?: string }) =>
      change(options, { edit: unsetting(name), by: `unset ${name}`, name }),
    )

  for (const [verb, edit, description] of [
    ['add', adding, 'add to a list, or to a group of things by name'],
    ['remove', removing, 'take out of a list, or of a group of things by name'],
  ] as const) {
    config
      .command(verb)
      .argument('<name>', 'such as authenticator.admins')
      .argument('<entry...>')
      .option(...ELSEWHERE)
      .description(description)
      .action((name: string, entries: string[], options: { config?: string }) =>
        change(options, { edit: edit(name, entries), by: `${verb} ${name}`, name }),
      )
  }
}

function addHistory(config: Command, place: ConfigPlace): void {
  config
    .command('history')
    .option('--json', 'as JSON')
    .option(...ELSEWHERE)
    .description('list the older versions of the file that are kept, the newest first')
    .action(({ json = false, ...options }: { json?: boolean; config?: string }) => {
      const versions = listHistory(place.fileOf(options))
      if (json) return console.log(JSON.stringify(versions, undefined, 2))
      if (versions.length === 0) return console.log('No older version is kept yet.')
      for (const [index, { replacedAt, by }] of versions.entries())
        console.log(`${index + 1}\t${replacedAt.toLocaleString()}\tbefore: ${by}`)
    })

  config
    .command('undo')
    .argument('[steps]', 'how many changes to go back, as config history counts them', '1')
    .option(...ELSEWHERE)
    .description('put an older version back; that is a change too, and can be undone')
    .action(async (steps: string, options: { config?: string }) => {
      if (!/^[1-9]\d{0,3}$/.test(steps))
        throw new CommandError(`${steps} is no number of changes; see bulkhead config history`)
      const file = place.fileOf(options)
      becomeOwnerOfFolder(file)
      const { text, old } = oldText(file, Number(steps))
      await changeSettings({
        edit: () => text,
        by: `undo ${old.by}`,
        name: 'the file',
        done: `${file} is as it was before "${old.by}".`,
        file,
        send: place.send,
      })
    })

  config
    .command('check')
    .option(...ELSEWHERE)
    .description('tell every mistake in the file, with its line')
    .action((options: { config?: string }) => {
      const file = place.fileOf(options)
      loadConfig(file)
      console.log(`${file} is in order.`)
    })
}

function isSecret(file: string, name: string): boolean {
  return findSetting(name, existsSync(file) ? readText(readConfigFile(file), file).raw : {}).secret
}
