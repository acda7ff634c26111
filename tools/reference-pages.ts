import { join } from 'node:path'

import { apiPage } from './api-page.ts'
import { differencesPage } from './differences-page.ts'
import { proxyDifferencesPage } from './proxy-differences-page.ts'
import { settingsPage } from './settings-page.ts'

export const ROOT = join(import.meta.dirname, '..')

/** Pages that are made from the code. A test fails while one is older than what it is made from. */
export const REFERENCE = [
  { file: 'docs/reference/settings.md', make: settingsPage },
  { file: 'docs/reference/api.md', make: apiPage },
  { file: 'docs/reference/differences.md', make: differencesPage },
  { file: 'docs/reference/proxy-differences.md', make: proxyDifferencesPage },
] as const
