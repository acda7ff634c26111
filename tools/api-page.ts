import { openApiDocument, type Operation } from '#core/contract/openapi.ts'

/** docs/reference/api.md: every operation, made of the contract. */
export function apiPage(): string {
  const { info, tags, paths } = openApiDocument()
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const chapters = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags.includes(String(name)))
    return [
      `## ${String(name)}`,
      String(description),
      ...own.map(({ path, method, operation }) =>
        section(`${method.toUpperCase()} ${path}`, operation),
      ),
    ].join('\n\n')
  })
  return `${[
    '# The REST API',
    '<!-- Made by tools/reference.ts of core/contract. -->',
    'Everything is below `/hub/api`. The same as an OpenAPI document, with all shapes: `/hub/api/openapi.json`.',
    String(info['description']),
    ...chapters,
  ].join('\n\n')}\n`
}

function section(
  title: string,
  { summary, description, parameters, requestBody, responses }: Operation,
): string {
  const named = (place: 'path' | 'query') =>
    parameters
      .filter((parameter) => parameter.in === place)
      .map(({ name, required, description: says }) => {
        const optional = required || place === 'path' ? '' : ' (optional)'
        return `\`${name}\`${optional}${says === undefined ? '' : `: ${says}`}`
      })
  const query = named('query')
  const [media, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
  const fields = fieldsOf(content?.schema)
  const body =
    media === undefined
      ? []
      : [`Body (\`${media}\`): ${fields.length > 0 ? fields.join(', ') : 'any JSON object'}`]
  return [
    `### \`${title}\``,
    `${summary}. ${description}`,
    ...(query.length > 0 ? [`Query: ${query.join('; ')}`] : []),
    ...body,
    `Answers ${Object.entries(responses)
      .filter(([status]) => status < '400')
      .map(
        ([status, { description: says }]) =>
          `${status}${says === 'Done' ? '' : ` (${says.charAt(0).toLowerCase()}${says.slice(1)})`}`,
      )
      .join(', ')}.`,
  ].join('\n\n')
}

/** The names of an object's fields; the required ones are said to be. */
function fieldsOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return []
  const { properties, required = [] } = schema as {
    properties: Readonly<Record<string, { readonly description?: string }>>
    required?: readonly string[]
  }
  return Object.entries(properties).map(
    ([name, { description }]) =>
      `\`${name}\`${required.includes(name) ? '' : '?'}${description === undefined ? '' : ` (${description})`}`,
  )
}
