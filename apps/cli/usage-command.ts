import { Command } from 'commander'

import { call, type Send } from '#core/contract/client.ts'
import { getUsage, getUserUsage, type UsageBody } from '#core/contract/usage.ts'

import { printTable } from './table.ts'

/** What servers used. */
export function addUsageCommand(program: Command, send: () => Send): void {
  program
    .command('usage')
    .argument('[name]', 'of one person only')
    .option('--hours <n>', 'how far back', '24')
    .option('--json', 'as JSON, hour by hour')
    .description('print what servers used: memory, processor time, disk')
    .action(
      async (
        name: string | undefined,
        { hours, json = false }: { hours: string; json?: boolean },
      ) => {
        const used =
          name === undefined
            ? await call(send(), getUsage, { params: { hours } })
            : await call(send(), getUserUsage, { params: { user: name, hours } })
        if (json) return console.log(JSON.stringify(used, undefined, 2))
        if (used.servers.length === 0) return console.log('Nothing was used.')
        printTable(
          ['server', 'ran', 'memory mean', 'most', 'processor', 'disk'],
          used.servers.map(rowOf),
        )
      },
    )
}

function rowOf(used: UsageBody['servers'][number]): string[] {
  return [
    used.server === '' ? used.user : `${used.user}/${used.server}`,
    time(used.minutes * 60),
    size(used.memory_mean),
    size(used.memory_most),
    time(used.cpu_seconds),
    size(used.disk_most),
  ]
}

function size(bytes: number | null): string {
  if (bytes === null) return '-'
  return bytes < 1024 ** 3
    ? `${Math.round(bytes / 1024 ** 2)} MiB`
    : `${(bytes / 1024 ** 3).toFixed(1)} GiB`
}

function time(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
