import { type Command, Option } from 'commander'

import { plainText } from '#core/base/plain-text.ts'
import { Duration } from '#core/config/duration.ts'
import {
  type AnnouncementBody,
  clearAnnouncement,
  getAnnouncement,
  setAnnouncement,
} from '#core/contract/announcement.ts'
import { call, type Send } from '#core/contract/client.ts'

import { CommandError } from './operator.ts'

const EXAMPLES = `
Examples:
  bulkhead announce set "The hub is down on Friday from six to seven."
  bulkhead announce set --level warning --until 2h "Save your work: the machine restarts soon."
  bulkhead announce clear`

interface SetOptions {
  readonly level: AnnouncementBody['level']
  readonly where: AnnouncementBody['where']
  readonly until?: string
}

/** What everybody is told on the hub's pages. It changes at once; there is one at a time. */
export function addAnnounceCommands(program: Command, send: () => Send): void {
  const announce = program
    .command('announce')
    .description("tell everybody something on the hub's pages")
    .addHelpText('after', EXAMPLES)

  announce
    .command('set')
    .argument('<text...>', 'plain text, at most 2000 characters')
    .addOption(
      new Option('--level <level>', 'how much it matters')
        .choices(['info', 'warning', 'critical'])
        .default('info'),
    )
    .addOption(
      new Option('--where <where>', 'login: to whoever comes to sign in; home: to people signed in')
        .choices(['login', 'home', 'all'])
        .default('all'),
    )
    .option(
      '--until <time>',
      'how long (2h, 3d) or until when (2030-01-31T18:00); else until cleared',
    )
    .description('tell it; it takes the place of what was told before')
    .action(async (words: string[], { level, where, until }: SetOptions) => {
      const body = { text: words.join(' '), level, where, until: readEnd(until) }
      show(await call(send(), setAnnouncement, { body }))
    })

  announce
    .command('show')
    .option('--json', 'as JSON')
    .description('print what is told at the moment')
    .action(async ({ json = false }: { json?: boolean }) => {
      const told = await call(send(), getAnnouncement, {})
      if (json) console.log(JSON.stringify(told, undefined, 2))
      else if (told) show(told)
      else console.log('Nothing is announced.')
    })

  announce
    .command('clear')
    .description('tell nothing any more')
    .action(async () => {
      await call(send(), clearAnnouncement, {})
      console.log('Nothing is announced any more.')
    })
}

function show({ text, level, where, until, set_by: by }: AnnouncementBody): void {
  const end = until === null ? 'until it is cleared' : `until ${new Date(until).toLocaleString()}`
  console.log(plainText(text))
  console.error(`(${level}, ${where}, ${end}, by ${plainText(by)})`)
}

/** A length of time from now, or a moment, as the API has it. */
function readEnd(text: string | undefined): string | null {
  if (text === undefined) return null
  const length = Duration.safeParse(text)
  if (length.success) return new Date(Date.now() + length.data).toISOString()
  const moment = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (Number.isNaN(moment.getTime()))
    throw new CommandError(
      `--until ${text} is neither a length of time such as 2h nor a moment such as 2030-01-31T18:00`,
    )
  return moment.toISOString()
}
