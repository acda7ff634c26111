import type { DatabaseSync, StatementSync } from 'node:sqlite'

import { type OperationNode, type RootOperationNode, TableNode } from 'kysely'
import * as z from 'zod'

import type { Writes } from './read-cache.ts'

/** Tables that say nothing about people, what they may, or their servers. */
const APART: ReadonlySet<string> = new Set([
  'audit_head',
  'audit_held',
  'audit_log',
  'audit_pruning',
  'credentials',
  'links',
  'oauth_codes',
  'sign_in_failures',
])

const DataVersion = z.object({ data_version: z.number() })

/**
 * Counts what this process writes to an SQLite database, and notices what others do, such as an operator with a tool of his own:
 * that is looked for once in each turn of the event loop.
 */
export class WriteCount implements Writes {
  readonly #askVersion: StatementSync
  #count = 0
  #version: number
  #isFresh = false

  constructor(database: DatabaseSync) {
    this.#askVersion = database.prepare('pragma data_version')
    this.#version = this.#readVersion()
  }

  current(): number {
    if (!this.#isFresh) {
      this.#isFresh = true
      setImmediate(() => (this.#isFresh = false))
      const version = this.#readVersion()
      if (version !== this.#version) this.#count++
      this.#version = version
    }
    return this.#count
  }

  /** Notes a statement that is about to be run. */
  note(statement: RootOperationNode): void {
    if (!isHarmless(statement)) this.#count++
  }

  #readVersion(): number {
    return DataVersion.parse(this.#askVersion.get()).data_version
  }
}

function isHarmless(statement: RootOperationNode): boolean {
  switch (statement.kind) {
    case 'SelectQueryNode':
      return true
    case 'InsertQueryNode':
      return isApart(statement.into)
    case 'UpdateQueryNode':
      return isApart(statement.table)
    case 'DeleteQueryNode':
      return statement.from.froms.every(isApart)
    default:
      // Whatever else there is counts: better once too often.
      return false
  }
}

const isApart = (table: OperationNode | undefined) =>
  table !== undefined && TableNode.is(table) && APART.has(table.table.identifier.name)
