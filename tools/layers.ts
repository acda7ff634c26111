/**
 * Who may import whom. The key is a folder (the longest match counts), `may` is what it may import besides itself, `packages` the
 * only third-party ones (absent: any), and `why` is what somebody reads who tries anything else.
 */
export interface Layer {
  readonly may: readonly string[]
  readonly packages?: readonly string[]
  readonly why: string
}

export const layers: Readonly<Record<string, Layer>> = {
  'core/base': {
    may: [],
    packages: [],
    why: 'base knows nothing of hubs, and root code imports it',
  },
  'core/contract': { may: ['core/base'], packages: ['zod'], why: 'browsers download the contract' },
  'core/config': {
    may: ['core/base'],
    packages: ['zod', 'yaml'],
    why: 'settings are read before anything else exists',
  },
  'core/domain': {
    may: ['core/base'],
    packages: [],
    why: 'the rules must run with no server, disk or network',
  },
  'core/domain/testing': {
    may: ['core/domain', 'core/base'],
    packages: ['vitest', 'fast-check'],
    why: 'fakes and contract suites know the ports alone',
  },
  'core/oauth': { may: ['core/base'], packages: [], why: 'the protocol is older than our hub' },
  'core/forwarding': {
    may: ['core/base'],
    packages: [],
    why: 'the proxy must not fall over with the hub',
  },
  'core/http': {
    may: ['core/base', 'core/contract', 'core/domain', 'core/oauth'],
    why: 'which adapter answers is not the business of HTTP',
  },
  adapters: {
    may: ['core/base', 'core/config', 'core/contract', 'core/domain', 'core/oauth'],
    why: 'an adapter knows its port, and no other adapter',
  },
  'apps/web': { may: ['core/base', 'core/contract'], why: 'the pages get no private door' },
  'apps/cli': {
    may: ['core/base', 'core/contract', 'core/config'],
    why: 'nor does the command line; with the hub down it can still mend the settings',
  },
  'apps/supervisor': {
    may: ['core/base'],
    packages: [],
    why: 'it may run as root, which runs nothing that nobody has read',
  },
  'apps/proxy': { may: ['core', 'adapters'], why: 'apps wire things up; nothing imports an app' },
  'apps/hub': { may: ['core', 'adapters'], why: 'apps wire things up; nothing imports an app' },
}
