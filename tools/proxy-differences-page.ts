import { answerDifferences } from '../rigs/proxy-differential/differences-answers.ts'
import { processDifferences } from '../rigs/proxy-differential/differences-processes.ts'
import { requestDifferences } from '../rigs/proxy-differential/differences-requests.ts'
import { restDifferences } from '../rigs/proxy-differential/differences-rest.ts'
import { WORLDS } from '../rigs/proxy-differential/worlds.ts'
import { table } from './differences-page.ts'

const PEER = 'configurable-http-proxy'

/** docs/reference/proxy-differences.md: the list that rigs/proxy-differential.test.ts holds both proxies to. */
export function proxyDifferencesPage(): string {
  const worlds = Object.values(WORLDS)
  const requests = worlds.reduce((sum, { cases }) => sum + cases.length, 0)
  return `# Where the proxy differs from configurable-http-proxy

<!-- Made by tools/reference.ts of rigs/proxy-differential. -->

\`./test rigs\` starts configurable-http-proxy 5.3.0 and this proxy with the same flags, in ${worlds.length} ways, and sends both the same ${requests} requests, good
and odd, byte by byte: to the REST API, and through the proxy to a server that tells what it received. Both what comes back and what
was received is compared, also what counts as activity, how processes start and end, and the names of the metrics. What differs is
listed here; an unlisted difference fails the test, and so does a listed one that no longer occurs.

## The REST API

${table(PEER, restDifferences)}

## Requests, on their way to the server behind

${table(PEER, requestDifferences)}

## Answers, on their way back

${table(PEER, answerDifferences)}

## Processes

${table(PEER, processDifferences)}
`
}
