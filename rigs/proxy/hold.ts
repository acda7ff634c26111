import { isDeepStrictEqual } from 'node:util'

import { judgeAnswer } from './answer-oracle.ts'
import type { AnswerCase } from './corpus/answers.ts'
import type { Passed, RequestCase } from './corpus/request-case.ts'
import { judgeRequests } from './request-oracle.ts'
import type { Stage } from './stage.ts'
import { readRequests, type StrictRequest, valuesOf } from './strict-reading.ts'

/** Sends what a case says, in these pieces. @returns what is not as the case says; empty when it holds */
export async function holdRequests(
  stage: Stage,
  each: RequestCase,
  pieces: readonly string[],
): Promise<readonly string[]> {
  const { servers } = stage
  for (const server of servers) server.forget()
  const heard = await stage.talk(pieces)
  const { received, answers } = judgeRequests(pieces.join(''), heard, servers)

  const { passed = [], refused = [], begun = false } = each
  const statuses = answers.map(({ status }) => status)
  const own = statuses.slice(passed.length)
  const pending = servers.flatMap(({ connections }) => connections).map(({ pending }) => pending)
  const isWrong = readRequests(each.bytes).rest === 'wrong'
  return [
    ...differences('the number of requests passed on', received.length, passed.length),
    ...received.flatMap((request, i) => differencesOf(request, passed[i] ?? {})),
    ...differences(
      'their statuses',
      statuses.slice(0, passed.length),
      passed.map(() => 200),
    ),
    ...own.flatMap((status) => (refused.includes(status) ? [] : [`an answer of ${status}`])),
    ...(own.length > 1 ? [`${own.length} refusals`] : []),
    // What was cut in mid-body may go without a word.
    ...(refused.length > 0 && own.length === 0 && !begun ? ['no refusal'] : []),
    ...(!begun && pending.some(({ rest }) => rest !== 'nothing') ? ['half a request'] : []),
    // What cannot be read to its end leaves no place for a next request.
    ...(isWrong && refused.length > 0 && heard.end === 'open' ? ['a connection left open'] : []),
  ]
}

function differencesOf(request: StrictRequest, { headers = {}, ...right }: Passed): string[] {
  const { method, target, body } = request
  return [
    ...differences('the method', method, right.method ?? method),
    ...differences('the target', target, right.target ?? target),
    ...differences('the body', body, right.body ?? body),
    ...Object.entries(headers).flatMap(([name, value]) =>
      differences(name, valuesOf(request.headers, name), value === null ? [] : [value]),
    ),
  ]
}

/**
 * Has a server say what a case says, and then two people ask it something else.
 * @returns what is not as the case says; empty when it holds
 */
export async function holdAnswer(stage: Stage, each: AnswerCase): Promise<readonly string[]> {
  const server = stage[each.server]
  server.forget()
  const { heard, connection } = await stage.answered(each)
  const verdict = judgeAnswer(each, heard)
  const asked = server.seen.length
  const used = await stage.others(each.server, 2)
  // What was not yet passed on when the fault was seen need not be.
  const right = each.heard === 'cut' ? ['cut', 'failed'] : [each.heard]
  return [
    ...(right.includes(verdict) ? [] : [`heard: ${verdict}, not ${each.heard}`]),
    ...differences('how often the server was asked', asked, 1),
    ...(each.kept === true && !used.includes(connection) ? ['the connection is given up'] : []),
    ...(each.kept === undefined && !connection.over ? ['the connection is kept'] : []),
  ]
}

function differences(what: string, got: unknown, right: unknown): string[] {
  if (isDeepStrictEqual(got, right)) return []
  return [`${what}: ${JSON.stringify(got)}, not ${JSON.stringify(right)}`]
}
