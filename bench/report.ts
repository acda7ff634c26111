import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import type { Growth } from './growth.ts'
import { machineFacts, median } from './machine.ts'
import type { Found, Row } from './rows.ts'

/** A row with what both sides gave. */
export interface Result {
  readonly row: Pick<Row, 'work' | 'unit' | 'better' | 'reach' | 'bound'>
  readonly ours: readonly Found[]
  readonly peer: readonly Found[]
}

export interface Report {
  readonly results: readonly Result[]
  readonly growth: readonly Growth[]
}

/** The medians, their ratio, and what is not reached; empty: everything is. */
export function judge({ row, ours, peer }: Result): {
  readonly ours: number
  readonly peer: number
  readonly ratio: number
  readonly missed: readonly string[]
} {
  const [a, b] = [median(ours.map(({ value }) => value)), median(peer.map(({ value }) => value))]
  const ratio = a / b
  const reached = row.better === 'more' ? ratio >= row.reach : ratio <= row.reach
  return {
    ours: a,
    peer: b,
    ratio,
    missed: [
      ...(reached ? [] : [`${ratio.toFixed(2)} and not ${reachOf(row)}`]),
      ...ours.flatMap(({ broken = [] }) => broken),
    ],
  }
}

/** Writes `bench.md` and `bench.svg` into the folder. */
export function writeReport(folder: string, report: Report): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'bench.md'), markdownOf(report))
  writeFileSync(join(folder, 'bench.svg'), chartOf(report.results))
}

function markdownOf({ results, growth }: Report): string {
  return `# Beside JupyterHub

\`./test bench\` runs JupyterHub 6.1.1 with configurable-http-proxy 5.3.0 and Bulkhead on the same work, in turn, in one run on one
machine: the same kind of database (SQLite on disk), one password that nobody hashes, the same simulated notebook server (a C program that
answers at once; a real one from the click to the Lab). Hubs are asked at their own door, past the proxy, where notebook servers ask them;
the crowd and the browsers come through the proxy. JupyterHub runs without its limit of 100 starts at once, with which it turns people
away. Hub and load have a core each. What is compared is the ratio; the figures themselves say something about this machine alone:
${machineFacts().join(', ')}.

${table(
  ['work', 'JupyterHub', 'Bulkhead', 'ratio', 'to be reached', '', 'what bounds it now'],
  results.map((result) => lineOf(result)),
)}

![The ratios on a logarithmic scale, with what is to be reached](bench.svg)

More is better where a rate is measured (/s), less where time or memory is.

${notesOf(results)}
${growth.length === 0 ? '' : growthOf(growth)}`
}

function lineOf(result: Result): readonly string[] {
  const { ours, peer, ratio, missed } = judge(result)
  const { row } = result
  return [
    row.work,
    `${figure(peer)} ${row.unit}`,
    `${figure(ours)} ${row.unit}`,
    ratio < 1 ? ratio.toFixed(3) : ratio.toFixed(1),
    reachOf(row),
    missed.length === 0 ? 'reached' : 'missed',
    row.bound,
  ]
}

function notesOf(results: readonly Result[]): string {
  return results
    .flatMap((result) => {
      const { row, ours, peer } = result
      const said = (name: string, found: readonly Found[]) => {
        const notes = found.flatMap(({ note }) => note ?? [])
        return notes.length === 0 ? [] : [`  - ${name}: ${notes.join(' · ')}`]
      }
      const lines = [
        ...said('JupyterHub', peer),
        ...said('Bulkhead', ours),
        ...judge(result).missed.map((why) => `  - missed: ${why}`),
      ]
      return lines.length === 0 ? [] : [`- ${row.work}`, ...lines]
    })
    .join('\n')
}

function growthOf(growth: readonly Growth[]): string {
  return `
## Growth

Bulkhead alone, with more and more people; ten servers run at each start.

${table(
  [
    'people',
    '`GET /user` /s',
    'pages of 200 /s',
    'one person made, ms',
    'one start, ms',
    'start of the hub, s',
    'memory, MiB',
  ],
  growth.map(({ people, user, list, add, start, restart, memory }) =>
    [people, user, list, add, start, restart, memory].map(figure),
  ),
)}
`
}

export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n')
}

function reachOf({ better, reach }: Pick<Row, 'better' | 'reach'>): string {
  return `${better === 'more' ? '≥' : '≤'} ${Number(reach.toFixed(2))}`
}

export function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-GB')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

const WIDTH = 860
const LEFT = 430
const LINE = 26
/** The chart goes from a thousandth to a thousandfold. */
const DECADES = 3

/** A bar for each ratio, to the right where Bulkhead does more, or needs less; a mark where it has to get to. */
function chartOf(results: readonly Result[]): string {
  const height = results.length * LINE + 50
  const middle = LEFT + (WIDTH - LEFT) / 4
  const at = (times: number) =>
    middle + (Math.max(-1, Math.min(DECADES, Math.log10(times))) * (WIDTH - middle - 20)) / DECADES
  const bars = results.map((result, index) => {
    const { ratio, missed } = judge(result)
    const { row } = result
    const [times, reach] = row.better === 'more' ? [ratio, row.reach] : [1 / ratio, 1 / row.reach]
    const y = 30 + index * LINE
    const [from, to] = [Math.min(middle, at(times)), Math.max(middle, at(times))]
    return `<text x="${LEFT - 60}" y="${y + 13}" text-anchor="end">${escape(row.work.replaceAll('`', ''))}</text>
<rect x="${from.toFixed(1)}" y="${y}" width="${(to - from).toFixed(1)}" height="16" fill="${missed.length === 0 ? '#2f6f9f' : '#c07a2c'}"/>
<line x1="${at(reach).toFixed(1)}" x2="${at(reach).toFixed(1)}" y1="${y - 3}" y2="${y + 19}" stroke="#222" stroke-width="2"/>
<text x="${(to + 6).toFixed(1)}" y="${y + 13}">${times >= 10 ? times.toFixed(0) : times.toFixed(1)}×</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH + 60} ${height}" font-family="sans-serif" font-size="12" role="img">
<title>Bulkhead beside JupyterHub: how many times better, on a logarithmic scale</title>
<rect width="100%" height="100%" fill="white"/>
<line x1="${middle}" x2="${middle}" y1="20" y2="${height - 20}" stroke="#999"/>
<text x="${middle}" y="14" text-anchor="middle">JupyterHub</text>
${bars.join('\n')}
<text x="${WIDTH / 2}" y="${height - 6}" text-anchor="middle">bars: how many times better; black marks: what is to be reached</text>
</svg>
`
}

export const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
