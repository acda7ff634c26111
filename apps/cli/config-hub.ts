import { realpathSync } from 'node:fs'

import { applyConfig, type ConfigReport, getConfig } from '#core/contract/config.ts'
import { call, type Send } from '#core/contract/client.ts'

import { HubIsDown } from './operator.ts'

/** The running hub's report, when it reads this file; undefined when it does not run, or reads another. */
export async function reportOf(send: Send, file: string): Promise<ConfigReport | undefined> {
  return whereHubReads(file, () => call(send, getConfig, {}))
}

/** Has the running hub take the file on, and returns its report; undefined as above. */
export async function applyNow(send: Send, file: string): Promise<ConfigReport | undefined> {
  return whereHubReads(file, async () => {
    const before = await call(send, getConfig, {})
    return isSameFile(before.file, file) ? call(send, applyConfig, {}) : before
  })
}

async function whereHubReads(
  file: string,
  ask: () => Promise<ConfigReport>,
): Promise<ConfigReport | undefined> {
  try {
    const report = await ask()
    return isSameFile(report.file, file) ? report : undefined
  } catch (error) {
    if (error instanceof HubIsDown) return undefined
    throw error
  }
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return one === other
  }
}
