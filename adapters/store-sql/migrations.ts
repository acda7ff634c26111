import type { Migration } from './dialect.ts'
import { first } from './migrations/001-first.ts'
import { audit } from './migrations/002-audit.ts'
import { services } from './migrations/003-services.ts'
import { people } from './migrations/004-people.ts'
import { use } from './migrations/005-use.ts'
import { announcement } from './migrations/006-announcement.ts'
import { ended } from './migrations/007-ended.ts'

/** In order; the version of a database is how many of them it has seen. Never edited once released. */
export const MIGRATIONS: readonly Migration[] = [
  first,
  audit,
  services,
  people,
  use,
  announcement,
  ended,
]
