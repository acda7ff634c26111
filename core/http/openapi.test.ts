import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { ENDPOINTS, pathsOf } from '#core/contract/endpoints.ts'
import { openApiDocument, type OpenApi } from '#core/contract/openapi.ts'

import { OpenHub } from './testing/open-hub.ts'

let hub: OpenHub
beforeAll(async () => {
  hub = await OpenHub.open()
})
afterAll(() => hub[Symbol.asyncDispose]())

/** Of every framework route below the API, but what answers for paths that do not exist. */
const mounted = () =>
  new Set(
    hub.mounted
      .filter((route) => / \/hub\/api(\/|$)/.test(route) && !route.endsWith('/*'))
      .filter((route) => !/^(HEAD|OPTIONS) /.test(route))
      // The root takes nothing but to be read: the others are refused there.
      .filter((route) => !/^(?:POST|PUT|PATCH|DELETE) \/hub\/api\/?$/.test(route))
      .map((route) => route.replace('/hub/api', '').replace(/ $/, ' /')),
  )

describe('the OpenAPI document', () => {
  test('is served to anyone, and is the one that is made of the contract', async () => {
    const { status, headers, text } = await hub.ask('/hub/api/openapi.json')

    expect(status).toBe(200)
    expect(headers['content-type']).toContain('application/json')
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
  })

  test('has every operation that is served, and no other', () => {
    const described = ENDPOINTS.flatMap((endpoint) =>
      pathsOf(endpoint).map((path) => `${endpoint.method} ${path}`),
    )

    expect([...mounted()].toSorted()).toEqual([...new Set(described)].toSorted())
  })

  test('describes each operation once, under a name of its own, with words and its refusals', () => {
    const operations = Object.values(openApiDocument().paths).flatMap((path) => Object.values(path))

    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length)
    for (const { operationId, summary, responses } of operations) {
      expect(summary.length, operationId).toBeGreaterThan(8)
      expect(Object.keys(responses), operationId).toEqual(
        expect.arrayContaining(['400', 'default']),
      )
    }
  })

  test('refers to nothing that it does not have', () => {
    const document: OpenApi = openApiDocument()
    const named = Object.keys(document.components.schemas)
    const referred = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
      ([, to]) => to,
    )

    expect(new Set(referred)).toEqual(new Set(named.map((name) => `#/components/schemas/${name}`)))
  })
})
