import { Document, isCollection, isScalar, stringify } from 'yaml'

import type { ConfigReport } from '#core/contract/config.ts'

export type ShownSetting = ConfigReport['settings'][number]

/** Settings as they would stand in the file, each with where it comes from. */
export function asYaml(settings: readonly ShownSetting[]): string {
  const document = new Document({})
  for (const { name, value, source, line } of settings) {
    const node = document.createNode(value)
    const onOneLine =
      isEmpty(value) || (isList(value) && value.every((each) => typeof each !== 'object'))
    if (isCollection(node)) node.flow = onOneLine
    const from = source === 'file' ? `line ${line}` : source
    // Behind a list or group that goes over several lines it would stand at the end.
    if (isScalar(node) || onOneLine) node.comment = ` ${from}`
    else node.commentBefore = ` ${from}`
    document.setIn(name.split('.'), node)
  }
  return document.toString({ lineWidth: 0 }).trimEnd()
}

/** One value for scripts: text as it is, a list of texts one a line, anything else as in the file. */
export function asText(value: unknown): string {
  if (isList(value) && value.every((each) => typeof each !== 'object')) return value.join('\n')
  if (typeof value === 'object' && value !== null)
    return stringify(value, { lineWidth: 0 }).trimEnd()
  return typeof value === 'string' ? value : JSON.stringify(value ?? '')
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value)

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
