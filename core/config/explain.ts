import type { Overrides, ReadConfig } from './load.ts'
import { withoutSecrets } from './secrets.ts'
import { type Setting, SETTINGS, valueAt } from './settings-list.ts'

/** A setting as it is in force, and where its value comes from. */
export interface ExplainedSetting {
  readonly name: string
  /** As it would stand in the file. */
  readonly value: unknown
  readonly source: 'default' | 'file' | 'command line'
  /** In the file; null: it does not stand there. */
  readonly line: number | null
}

/** Every setting of a file, with the command line above it. */
export function explain(
  read: ReadConfig,
  overrides: Overrides,
  { secrets }: { readonly secrets: boolean },
): readonly ExplainedSetting[] {
  return SETTINGS.map((setting) => {
    const { value, ...where } = explainOne(setting, read, overrides)
    return {
      name: setting.name,
      value: secrets || value === undefined ? value : withoutSecrets(setting.schema, value),
      ...where,
    }
  })
}

function explainOne(
  { path, name, default: usual }: Setting,
  { raw, config, lineOf }: ReadConfig,
  { host, port }: Overrides,
): Omit<ExplainedSetting, 'name'> {
  const { listen, public_url: publicUrl } = config
  if (name === 'listen' && (host ?? port) !== undefined) {
    const shown = listen.host.includes(':') ? `[${listen.host}]` : listen.host
    return { value: `${shown}:${listen.port}`, source: 'command line', line: null }
  }
  const written = valueAt(raw, path)
  if (written !== undefined) return { value: written, source: 'file', line: lineOf(path) ?? null }
  return { value: name === 'public_url' ? publicUrl : usual, source: 'default', line: null }
}
