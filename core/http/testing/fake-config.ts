import type { ConfigReport } from '#core/contract/config.ts'

import type { RunningConfig } from '../api-config.ts'

/** Settings that never change; counts how often it was asked to look. */
export class FakeConfig implements RunningConfig {
  looked = 0

  report(): ConfigReport {
    return {
      file: '/etc/hub/config.yaml',
      revision: String(this.looked),
      taken_on: '2026-01-01T00:00:00.000Z',
      waiting: [],
      refusal: null,
      troubles: [],
      settings: [{ name: 'subdomains', value: false, source: 'default', line: null }],
    }
  }

  async apply(): Promise<ConfigReport> {
    this.looked++
    return this.report()
  }
}
