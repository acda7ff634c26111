import { NO_OWNER } from '#core/domain/access/owner.ts'
import { type Filter, parseScope } from '#core/domain/access/scope.ts'

/** What each scope lets its holder do, in words for the person who is asked to give it. */
const WORDS: Readonly<Record<string, string>> = {
  'admin-ui': 'Open the pages for admins',
  'admin:users': 'Add, change and remove people, and everything that follows from it',
  'admin:auth_state': 'Read what the sign-in system told about people',
  users: 'Read and change people, but not their servers',
  'delete:users': 'Remove people',
  'list:users': 'List people',
  'read:users': 'Read all about people',
  'read:users:name': 'See names of people',
  'read:users:groups': 'See who is in which group',
  'read:users:activity': 'See when people were last active',
  'users:activity': 'Report when people were active',
  'read:roles': 'See roles',
  'read:roles:users': 'See roles of people',
  'read:roles:services': 'See roles of services',
  'read:roles:groups': 'See roles of groups',
  'admin:servers': 'Start, stop and look into servers, their inner state included',
  'admin:server_state': 'Read the inner state of servers',
  servers: 'Start, stop and change servers',
  'start:servers': 'Start servers',
  'delete:servers': 'Stop servers',
  'read:servers': 'See servers and whether they run',
  'access:servers': 'Come into servers and work there: read and change files, run programs',
  tokens: 'Make and remove tokens, and act with them',
  'read:tokens': 'See tokens, but not their secrets',
  'admin:groups': 'Make, change and remove groups',
  groups: 'Read groups, and change who is in them',
  'list:groups': 'List groups',
  'read:groups': 'Read groups',
  'read:groups:name': 'See names of groups',
  'delete:groups': 'Remove groups',
  'admin:services': 'Make and remove services',
  'list:services': 'List services',
  'read:services': 'Read services',
  'read:services:name': 'See names of services',
  'access:services': 'Use services',
  shares: 'Share servers with others, and come into them',
  'read:shares': 'See what is shared',
  'users:shares': 'See and leave what others share',
  'read:users:shares': 'See what others share',
  'groups:shares': 'See and leave what is shared with groups',
  'read:groups:shares': 'See what is shared with groups',
  'read:hub': 'See what the hub runs on',
  'read:metrics': 'Read measurements of the hub',
  proxy: 'Read and change the routes of the hub',
  shutdown: 'End the hub',
}

export interface ScopeReader {
  /** Who reads it. */
  readonly visitor: string
  /** What the operator says of a scope of his own. */
  readonly custom: (name: string) => string | undefined
}

/** An expanded scope in plain words: what, and over what. */
export function describeScope(scope: string, { visitor, custom }: ScopeReader): string {
  const parsed = parseScope(scope, NO_OWNER)
  if (!parsed) return scope
  const { name, filter } = parsed
  return (
    ofOne(name, filter, visitor) ?? (WORDS[name] ?? custom(name) ?? name) + over(filter, visitor)
  )
}

/** What is best said in words of its own. */
function ofOne(name: string, filter: Filter | null, visitor: string): string | undefined {
  switch (filter?.kind) {
    case 'user':
      if (filter.user !== visitor) return undefined
      return { 'read:users:name': 'See your user name', 'read:users:groups': 'See your groups' }[
        name
      ]
    case 'service':
      return name === 'access:services' ? 'Know that it is you' : undefined
    case 'server':
      return name === 'access:servers' ? 'Come in and work there as you' : undefined
    case 'group':
    case undefined:
      return undefined
  }
}

function over(filter: Filter | null, visitor: string): string {
  switch (filter?.kind) {
    case undefined:
      return ' (everywhere)'
    case 'user':
      return filter.user === visitor ? ' (yours alone)' : ` (of ${filter.user})`
    case 'server':
      return ` (the server ${filter.server || 'without a name'} of ${filter.user})`
    case 'group':
      return ` (of everyone in ${filter.group})`
    case 'service':
      return ` (the service ${filter.service})`
  }
}
