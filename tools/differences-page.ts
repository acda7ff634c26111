import { bugs } from '../rigs/differential/differences-bugs.ts'
import type { Difference } from '../rigs/differential/differences-kinds.ts'
import { own } from '../rigs/differential/differences-own.ts'

/** docs/reference/differences.md: the list that rigs/differential.test.ts holds both hubs to. */
export function differencesPage(): string {
  return `# Where the API differs from JupyterHub's

<!-- Made by tools/reference.ts of rigs/differential. -->

\`./test rigs\` sends more than a thousand requests to the real JupyterHub 6.1.1 and to this hub: every endpoint, by every kind of caller,
with good and bad bodies, from an equal starting state. Statuses, headers and the shapes and values of the answers are compared. What
differs is listed here; an unlisted difference fails the test, and so does a listed one that no longer occurs.

## What is wrong there

${table('JupyterHub', bugs)}

## What is otherwise here

${table('JupyterHub', own)}
`
}

/** A row for each of them. */
export function table(peer: string, differences: readonly Difference[]): string {
  const lines = differences.map(
    ({ what, theirs, ours, why }) => `| ${[what, theirs, ours, why].join(' | ')} |`,
  )
  return [`| | ${peer} | here | why |`, '| --- | --- | --- | --- |', ...lines].join('\n')
}
