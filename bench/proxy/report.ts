import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { machineFacts, median } from '../machine.ts'
import { figure, table } from '../report.ts'
import { chartOf } from './chart.ts'
import { type Name, NAMES } from './contenders.ts'
import { judge, type Result, spreadOf, valueOf } from './judge.ts'
import type { Found } from './rows.ts'

const SHOWN: readonly Name[] = ['direct', 'chp', 'nginx', 'ours', 'unix']

/** Writes `proxy-bench.md` and `proxy-bench.svg` into the folder. */
export function writeReport(folder: string, results: readonly Result[]): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'proxy-bench.md'), markdownOf(results))
  writeFileSync(join(folder, 'proxy-bench.svg'), chartOf(results))
}

function markdownOf(results: readonly Result[]): string {
  return `# The proxy beside others

\`./test bench-proxy\` runs configurable-http-proxy 5.3.0, nginx and Bulkhead’s proxy on the same work, in turn, in one run on one machine,
each on one core alone (\`taskset\`); the load and the server behind, two small C programs, share the other one. Node is the same for both that
run on it, and so are their command line and the way their routes were set. nginx keeps connections to the server behind, writes no log, sends the same
forwarding headers, streams uploads (\`proxy_request_buffering off\`), and buffers answers as it does by default. Every request carries what a
browser in a lab sends. Bulkhead’s limits on the connections of one address and one route, from and to which all load comes here, are off. Figures are the median of the rounds, with the least and the most; what is compared is the ratio, for the figures
themselves say something about this machine alone: ${machineFacts().join(', ')}.

${table(
  ['work', ...SHOWN.map((name) => NAMES[name]), 'to be reached', 'what bounds it'],
  results.map((result) => lineOf(result)),
)}

![Rates, memory and times of each beside one another, with what is to be reached](proxy-bench.svg)

More is better where a rate is measured (/s), less where memory or time is. “${NAMES.unix}”: the server behind listens on a unix socket, as
notebook servers do.

## Latency

The median of the rounds, in milliseconds. At a fixed rate each request has its time, and what waits behind a slow answer is counted from
when it was due. What a second of the proxy’s own processor time is enough for depends less on what else the machine does.

${table(
  ['work', '', 'p50', 'p99', 'p99.9', 'its core was busy', 'for a second of its processor time'],
  results.flatMap((result) => latencyOf(result)),
)}

## Round by round

${results.map((result) => notesOf(result)).join('\n')}
`
}

function lineOf(result: Result): readonly string[] {
  const { row } = result
  const cells = SHOWN.map((name) => {
    const value = valueOf(result, name)
    if (value === undefined) return ''
    const added = row.isAdded === true && name !== 'direct' ? '+' : ''
    return `${added}${figure(value)} ${row.unit}`
  })
  const verdicts = judge(result).map(({ words }) => words)
  return [row.work, ...cells, verdicts.join('; ') || 'nothing', row.bound]
}

function latencyOf(result: Result): readonly (readonly string[])[] {
  const { row } = result
  return SHOWN.flatMap((name) => {
    const found = result.found[name]
    if (found?.[0]?.p50 === undefined) return []
    const of = (key: 'p50' | 'p99' | 'p999') =>
      median(found.map((each) => each[key] ?? 0)).toFixed(2)
    const busy = median(found.map(({ cpu }) => cpu ?? 0))
    return [
      [
        row.work,
        NAMES[name],
        of('p50'),
        of('p99'),
        of('p999'),
        busy === 0 ? '' : `${Math.round(busy * 100)} %`,
        busy === 0 || row.unit !== '/s'
          ? ''
          : figure(median(found.map(({ value, cpu = 1 }) => value / cpu))),
      ],
    ]
  })
}

function notesOf(result: Result): string {
  const lines = SHOWN.flatMap((name) => {
    const found = result.found[name]
    if (!found) return []
    const [least, most] = spreadOf(result, name)
    return `  - ${NAMES[name]}: ${figure(least)}–${figure(most)} ${result.row.unit}${saidOf(found)}`
  })
  return [`- ${result.row.work}`, ...lines].join('\n')
}

function saidOf(found: readonly Found[]): string {
  const notes = found.flatMap(({ note }) => note ?? [])
  return notes.length === 0 ? '' : ` (${notes.join(' · ')})`
}
