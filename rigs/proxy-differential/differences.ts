import type { Difference } from '../differential/differences-kinds.ts'
import { answerDifferences } from './differences-answers.ts'
import { processDifferences } from './differences-processes.ts'
import { requestDifferences } from './differences-requests.ts'
import { restDifferences } from './differences-rest.ts'

/** All of them, in the order in which the document has them. */
const DIFFERENCES: readonly Difference[] = [
  ...restDifferences,
  ...requestDifferences,
  ...answerDifferences,
  ...processDifferences,
]

const seen = new Set<string>()

/** Whether the list has the difference; notes that it has occurred. */
export function isListed(
  world: string,
  { name }: { readonly name: string },
  line: string,
): boolean {
  const request = `${world}: ${name}`
  const found = DIFFERENCES.filter(({ at, differs }) => at.test(request) && differs.test(line))
  for (const { id } of found) seen.add(id)
  return found.length > 0
}

export function neverSeen(): readonly string[] {
  return DIFFERENCES.map(({ id }) => id).filter((id) => !seen.has(id))
}
