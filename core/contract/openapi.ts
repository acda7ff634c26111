import * as z from 'zod'

import type { AnyEndpoint } from './endpoint.ts'
import { CHAPTERS, pathsOf } from './endpoints.ts'
import { PROTOCOL_VERSION } from './hub.ts'
import { ErrorBody } from './models.ts'

/** A piece of JSON Schema, or of the document itself. */
export type Json = { readonly [name: string]: unknown }

/** One operation as the document has it. */
export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly security: readonly Json[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Json }>> }
  readonly responses: Readonly<Record<string, Response>>
}

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly required: boolean
  readonly description?: string
  readonly schema: Json
}

export interface Response {
  readonly description: string
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>
}

export interface OpenApi {
  readonly openapi: '3.1.0'
  readonly info: Json
  readonly servers: readonly Json[]
  readonly tags: readonly Json[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>
    readonly securitySchemes: Json
  }
}

const ABOUT = `Whoever asks is known by a token (\`Authorization: token …\` or \`bearer …\`), or by the cookies of a browser that is signed in;
a page's own script sends its \`_xsrf\` along, in the header \`X-XSRFToken\`.

An operation names the scopes of which its caller needs one. Who holds none of them is answered 403; who holds one, but for something
else only (\`!user=\`, \`!group=\`, \`!server=\`, \`!service=\`), is answered 404, as though there were nothing.

Errors are JSON: \`status\`, \`message\` for people, and with a 500 an \`id\` under which the hub's log has the details. Times are ISO 8601 in
UTC. Lists that have pages answer the plain list (at most 200) unless the request accepts \`application/jupyterhub-pagination+json\`.
A path of the form \`/users/{user}/server\` is about the person's default server, which has no name.`

/** The whole API as an OpenAPI 3.1 document, made of the contract. */
export function openApiDocument(): OpenApi {
  const schemas: Record<string, Json> = {}
  const collect = (schema: z.ZodType, io: 'input' | 'output') => toSchema(schema, io, schemas)
  const paths: Record<string, Record<string, Operation>> = {}
  for (const { name, endpoints } of CHAPTERS) {
    for (const endpoint of endpoints) {
      for (const path of pathsOf(endpoint)) {
        const shape = path.replaceAll(/:([a-z_]+)/g, '{$1}')
        paths[shape] = {
          ...paths[shape],
          [endpoint.method.toLowerCase()]: operation(endpoint, { name, path }, collect),
        }
      }
    }
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Bulkhead', description: ABOUT, version: PROTOCOL_VERSION },
    servers: [{ url: '/hub/api' }],
    tags: CHAPTERS.map(({ name, says }) => ({ name, description: says })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: 'apiKey',
          in: 'header',
          name: 'Authorization',
          description: '`token SECRET`; `bearer` is as good',
        },
        cookie: { type: 'apiKey', in: 'cookie', name: 'jupyterhub-hub-login' },
      },
    },
  }
}

type Collect = (schema: z.ZodType, io: 'input' | 'output') => Json

function operation(
  endpoint: AnyEndpoint,
  { name, path }: { readonly name: string; readonly path: string },
  collect: Collect,
): Operation {
  const { method, summary, scopes, body, known = scopes.length > 0 } = endpoint
  const { bodyMedia = 'application/json' } = endpoint
  const shape = collect(body, 'input')
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[/:.-]+(\w?)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [name],
    summary,
    description: whoMay(endpoint),
    // The scopes of a key are words for people: OpenAPI 3.1 lets any security requirement name its roles.
    security: !known ? [] : [{ token: [...scopes] }, { cookie: [...scopes] }],
    parameters: parametersOf(endpoint, path, collect),
    ...(Object.keys(shape).length > 0 &&
      method !== 'GET' && { requestBody: { content: { [bodyMedia]: { schema: shape } } } }),
    responses: responsesOf(endpoint, collect),
  }
}

function whoMay({ scopes, lists = false, known = false }: AnyEndpoint): string {
  if (scopes.length === 0) return known ? 'Whoever is known may ask.' : 'Anyone may ask.'
  const names = scopes.map((scope) =>
    scope === 'operator' ? 'the operator’s socket' : `\`${scope}\``,
  )
  const needs = `Needs ${names.length > 1 ? 'one of ' : ''}${names.join(', ')}.`
  return lists ? `${needs} A filter on the scope narrows the list.` : needs
}

function parametersOf(endpoint: AnyEndpoint, path: string, collect: Collect): readonly Parameter[] {
  const { properties = {}, required = [] } = collect(endpoint.params, 'input') as {
    properties?: Record<string, Json>
    required?: readonly string[]
  }
  const inPath = new Set([...path.matchAll(/:([a-z_]+)/g)].map(([, name]) => name))
  const everPath = new Set([...endpoint.path.matchAll(/:([a-z_]+)/g)].map(([, name]) => name))
  return Object.entries(properties)
    .filter(([name]) => inPath.has(name) || !everPath.has(name))
    .map(([name, { description, ...schema }]) => ({
      name,
      in: inPath.has(name) ? 'path' : 'query',
      required: inPath.has(name) || required.includes(name),
      ...(typeof description === 'string' && { description }),
      schema,
    }))
}

function responsesOf(endpoint: AnyEndpoint, collect: Collect): Readonly<Record<string, Response>> {
  const { status, output, scopes, path, also = {}, media = 'application/json' } = endpoint
  const { known = scopes.length > 0, refusal = ErrorBody } = endpoint
  const shape = collect(output, 'output')
  const empty = Object.keys(shape).length === 0
  const content =
    media === 'application/json' ? (empty ? undefined : { schema: shape }) : { schema: shape }
  const good = (description: string): Response => ({
    description,
    ...(content && { content: { [media]: content } }),
  })
  const refused = (description: string): Response => ({
    description,
    content: { 'application/json': { schema: collect(refusal, 'output') } },
  })
  return {
    [status]: good('Done'),
    ...Object.fromEntries(Object.entries(also).map(([code, says]) => [code, good(says)])),
    400: refused(
      'The request is not well-formed, or not possible as things stand; the message says why',
    ),
    ...(known && { 403: refused('Nobody known asks, or somebody who may not') }),
    ...(path.includes(':') && {
      404: refused('There is no such thing, or none that the caller may know of'),
    }),
    default: refused('Any other refusal'),
  }
}

/** How Zod calls the one shape of ours that refers to itself and has no name: any JSON at all. */
const UNNAMED = /__schema\d+$/

/** The schema of one shape; parts that have a name of their own go to `named`. */
function toSchema(schema: z.ZodType, io: 'input' | 'output', named: Record<string, Json>): Json {
  const {
    $schema: _dialect,
    $defs = {},
    ...whole
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    // Zod's pattern for times is a page long and says no more than the format does; nor do the limits of whole numbers.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  }) as Json & { $defs?: Record<string, Json> }
  for (const [name, part] of Object.entries($defs))
    named[name.replace(UNNAMED, 'Json')] = pointed(part) as Json
  return pointed(whole) as Json
}

/** The same, its references pointing into the document. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'id' || typeof Reflect.get(value, 'id') !== 'string')
      .map(([key, part]) => [
        key,
        key === '$ref' && typeof part === 'string'
          ? part.replace('#/$defs/', '#/components/schemas/').replace(UNNAMED, 'Json')
          : pointed(part),
      ]),
  )
}
