import { escape, figure } from '../report.ts'
import { type Name, NAMES } from './contenders.ts'
import { judge, type Result, valueOf } from './judge.ts'

const WIDTH = 900
const LEFT = 300
const BAR = 13
const GAP = 14
const COLOURS: Readonly<Record<Name, string>> = {
  direct: '#c9c9c9',
  chp: '#8d8d8d',
  nginx: '#5b8c5a',
  ours: '#2f6f9f',
  unix: '#7fb0d3',
}

/**
 * A group of bars for each row, one for each contender, as long as its figure beside the largest of the group; a black mark where ours
 * has to get to. The name of a row that is missed is in another colour.
 */
export function chartOf(results: readonly Result[]): string {
  let y = 44
  const groups = results.map((result) => {
    const drawn = groupOf(result, y)
    y += drawn.height + GAP
    return drawn.text
  })
  const legend = (Object.keys(COLOURS) as Name[]).map(
    (name, index) =>
      `<rect x="${20 + index * 172}" y="12" width="12" height="12" fill="${COLOURS[name]}"/><text x="${37 + index * 172}" y="22">${escape(NAMES[name])}</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 20}" font-family="sans-serif" font-size="12" role="img">
<title>Bulkhead’s proxy beside configurable-http-proxy and nginx</title>
<rect width="100%" height="100%" fill="white"/>
${legend.join('\n')}
${groups.join('\n')}
<text x="${WIDTH / 2}" y="${y + 8}" text-anchor="middle">black marks: what is to be reached, by the figures of the same run</text>
</svg>
`
}

function groupOf(result: Result, top: number): { readonly text: string; readonly height: number } {
  const { row } = result
  const names = row.who.filter((name) => !(row.isAdded === true && name === 'direct'))
  const values = names.map((name) => ({ name, value: Math.max(0, valueOf(result, name) ?? 0) }))
  const marks = reachesOf(result)
  const most = Math.max(...values.map(({ value }) => value), ...marks, Number.MIN_VALUE)
  const at = (value: number) => (LEFT + (value / most) * (WIDTH - LEFT - 110)).toFixed(1)
  const missed = judge(result).some(({ reached }) => !reached)
  const bars = values.map(({ name, value }, index) => {
    const y = top + index * BAR
    return `<rect x="${LEFT}" y="${y}" width="${(Number(at(value)) - LEFT).toFixed(1)}" height="${BAR - 2}" fill="${COLOURS[name]}"/><text x="${Number(at(value)) + 5}" y="${y + 10}" font-size="10">${figure(value)} ${escape(row.unit)}</text>`
  })
  const height = values.length * BAR
  const ours = top + names.indexOf('ours') * BAR
  const lines = marks.map(
    (mark) =>
      `<line x1="${at(mark)}" x2="${at(mark)}" y1="${ours - 2}" y2="${ours + BAR}" stroke="#111" stroke-width="2"/>`,
  )
  const words = wrapped(row.work).map(
    (line, index) =>
      `<text x="${LEFT - 12}" y="${top + 11 + index * 14}" text-anchor="end" fill="${missed ? '#b3541e' : '#111'}">${escape(line)}</text>`,
  )
  return {
    text: [...words, ...bars, ...lines].join('\n'),
    height: Math.max(height, words.length * 14),
  }
}

/** The figures that ours must get to. */
function reachesOf(result: Result): readonly number[] {
  return result.row.reach.map(({ against, atLeast, atMost }) => {
    const other = against === 'itself' ? 1 : (valueOf(result, against) ?? 0)
    return other * (atLeast ?? atMost ?? 0)
  })
}

function wrapped(text: string): readonly string[] {
  return text.split(' ').reduce<string[]>((lines, word) => {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 44)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
    return lines
  }, [])
}
