import type { Command } from 'commander'

import { exportAudit, listAudit, verifyAudit } from '#core/contract/audit.ts'
import { call, callPage, pathOf, type Send } from '#core/contract/client.ts'

import { CommandError, operatorStream } from './operator.ts'
import { printTable, shownTime } from './table.ts'

interface Filters {
  readonly who?: string
  readonly target?: string
  readonly action?: string
  readonly since?: string
  readonly until?: string
}

/** The audit log of the running hub. */
export function addAuditCommands(
  program: Command,
  { send, dataDir }: { readonly send: () => Send; readonly dataDir: () => string },
): void {
  const audit = program.command('audit').description('who did what to whom: list, export, verify')

  withFilters(audit.command('list'))
    .option('--last <n>', 'how many entries', '50')
    .description('the newest entries of the audit log')
    .action(async ({ last, ...filters }: Filters & { last: string }) => {
      const params = { ...timesRead(filters), limit: last }
      const { items } = await callPage(send(), listAudit, { params })
      const rows = items.map(
        ({ id, at, actor, action, target, address, outcome, count, detail }) => [
          id === null ? '' : String(id),
          shownTime(at),
          actor.name || actor.kind,
          count > 1 ? `${action} ×${count}` : action,
          target.name || target.kind,
          outcome,
          address,
          detail,
        ],
      )
      printTable(['id', 'at', 'who', 'did', 'to', 'outcome', 'from', 'detail'], rows)
    })

  withFilters(audit.command('export'))
    .description('every entry of the audit log, oldest first, a line of JSON each')
    .action(async (filters: Filters) => {
      await operatorStream(dataDir(), pathOf(exportAudit, timesRead(filters)), process.stdout)
    })

  audit
    .command('verify')
    .option('--noted <id:hash>', 'an entry that was written down elsewhere, to be found unchanged')
    .description('look at every entry: whether one was changed or is missing')
    .action(async ({ noted }: { noted?: string }) => {
      const { rows, last, broken } = await call(send(), verifyAudit, { params: notedRead(noted) })
      if (broken) {
        console.error(`The audit log is not in order: ${broken.reason}.`)
        process.exitCode = 1
        return
      }
      console.log(`${rows} entries, all in order. The last is ${last.id}:${last.hash}`)
    })
}

function withFilters(command: Command): Command {
  return command
    .option('--who <name>', 'only what this one did')
    .option('--target <name>', 'only what was done to this person, server, group or service')
    .option('--action <action>', 'only this, such as user.add')
    .option('--since <time>', 'only since then: 2030-01-31, or with a time, 2030-01-31T12:00')
    .option('--until <time>', 'only before then')
}

/** What a person types for a time, as the API takes it. */
function timesRead({ since, until, ...rest }: Filters): Record<string, string> {
  const read = (text: string) => {
    const time = new Date(/T/.test(text) ? text : `${text}T00:00`)
    if (Number.isNaN(time.getTime()))
      throw new CommandError(`${text} is no time such as 2030-01-31 or 2030-01-31T12:00`)
    return time.toISOString()
  }
  return {
    ...rest,
    ...(since !== undefined && { since: read(since) }),
    ...(until !== undefined && { until: read(until) }),
  }
}

function notedRead(noted: string | undefined): Record<string, string> {
  if (noted === undefined) return {}
  const [, id, hash] = /^(\d+):([0-9a-f]{64})$/.exec(noted) ?? []
  if (id === undefined || hash === undefined)
    throw new CommandError('--noted is an entry’s number and hash, as audit verify prints them')
  return { id, hash }
}
