import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
} from 'kysely'

import type { WriteCount } from './write-count.ts'

/** Lists of different lengths are different statements: that many are kept, the latest. */
const MOST_STATEMENTS = 300

/**
 * Kysely on the runtime's own SQLite. There is one connection, so whoever holds it has the database to himself: statements of
 * two transactions never mix. Turns are taken in order.
 */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection
  #last: Promise<void> = Promise.resolve()
  #endTurn = () => {}

  constructor(database: DatabaseSync, writes: WriteCount) {
    this.#connection = new SqliteConnection(database, writes)
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    this.#endTurn = resolve
    return this.#connection
  }

  async beginTransaction(): Promise<void> {
    // Taking the write lock at once: a transaction that reads first could otherwise find, when it writes, that another process was faster.
    this.#connection.run('begin immediate')
  }

  async commitTransaction(): Promise<void> {
    this.#connection.run('commit')
  }

  async rollbackTransaction(): Promise<void> {
    // Some failures, such as a full disk, have ended the transaction already.
    if (this.#connection.inTransaction) this.#connection.run('rollback')
  }

  async releaseConnection(): Promise<void> {
    this.#endTurn()
  }

  /** Whoever asked before gets an answer first. */
  async destroy(): Promise<void> {
    await this.acquireConnection()
    this.#connection.close()
    this.#endTurn()
  }
}

/** Says that connections need no guarding, for the driver keeps a queue; Kysely's own lets newcomers overtake. */
export class QueuedSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

interface Prepared {
  readonly statement: StatementSync
  readonly answersRows: boolean
}

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  readonly #writes: WriteCount
  /** In the order of their last use. */
  readonly #prepared = new Map<string, Prepared>()

  constructor(database: DatabaseSync, writes: WriteCount) {
    this.#database = database
    this.#writes = writes
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  run(sql: string): void {
    this.#prepare(sql).statement.run()
  }

  async executeQuery<Row>({ sql, parameters, query }: CompiledQuery): Promise<QueryResult<Row>> {
    this.#writes.note(query)
    const { statement, answersRows } = this.#prepare(sql)
    const values = parameters.map(toSql)
    if (answersRows) {
      // The rows' shape is what the query builder says; what is JSON inside is parsed where it is read.
      const rows = statement.all(...values) as Row[]
      return { rows }
    }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, known)
      return known
    }
    const statement = this.#database.prepare(sql)
    const prepared = { statement, answersRows: statement.columns().length > 0 }
    this.#prepared.set(sql, prepared)
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size > MOST_STATEMENTS && oldest !== undefined) this.#prepared.delete(oldest)
    return prepared
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }

  close(): void {
    this.#database.close()
  }
}

function toSql(value: unknown): SQLInputValue {
  if (
    value === null ||
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint'
  )
    return value
  if (typeof value === 'boolean') return value ? 1 : 0
  throw new TypeError(`a ${typeof value} cannot be a parameter of a query`)
}
