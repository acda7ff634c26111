import type { Case } from './case.ts'
import { bugs } from './differences-bugs.ts'
import type { Difference } from './differences-kinds.ts'
import { own } from './differences-own.ts'

/** All of them, in the order in which the document has them. */
const DIFFERENCES: readonly Difference[] = [...bugs, ...own]

const seen = new Set<string>()

/** Whether the list has the difference; notes that it has occurred. */
export function isListed(noun: string, { as, method, path, body }: Case, line: string): boolean {
  const request = `${noun} ${method} ${path} ${as} ${JSON.stringify(body) ?? ''}`
  const found = DIFFERENCES.filter(({ at, differs }) => at.test(request) && differs.test(line))
  for (const { id } of found) seen.add(id)
  return found.length > 0
}

export function neverSeen(): readonly string[] {
  return DIFFERENCES.map(({ id }) => id).filter((id) => !seen.has(id))
}
