import { dirname, resolve } from 'node:path'

import type { HubConfig } from '#core/config/schema.ts'

import { readOrMakeToken } from './token-file.ts'

/** The proxy that the operator runs himself, as the configuration has it; undefined where the hub has its own. */
export function externalProxy(
  { external_proxy: { api_url: apiUrl, token_file: file } }: HubConfig,
  { configFile, say }: { readonly configFile: string; readonly say: (message: string) => void },
): { readonly apiUrl: string; readonly token: string } | undefined {
  if (apiUrl === undefined) return undefined
  return { apiUrl, token: readOrMakeToken(resolve(dirname(configFile), file), say) }
}
