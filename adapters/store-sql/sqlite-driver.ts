import type { DatabaseSync, SQLInputValue } from 'node:sqlite'

import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
} from 'kysely'

/**
 * Kysely on the runtime's own SQLite. There is one connection, so whoever holds it has the database to himself: statements of
 * two transactions never mix. Turns are taken in order.
 */
export class SqliteDriver implements Driver {
  readonly #connection: SqliteConnection
  #last: Promise<void> = Promise.resolve()
  #endTurn = () => {}

  constructor(database: DatabaseSync) {
    this.#connection = new SqliteConnection(database)
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

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Taking the write lock at once: a transaction that reads first could otherwise find, when it writes, that another process was faster.
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // Some failures, such as a full disk, have ended the transaction already.
    if (this.#connection.inTransaction) await connection.executeQuery(CompiledQuery.raw('rollback'))
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

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const statement = this.#database.prepare(sql)
    const values = parameters.map(toSql)
    if (statement.columns().length > 0) {
      // The rows' shape is what the query builder says; what is JSON inside is parsed where it is read.
      const rows = statement.all(...values) as Row[]
      return { rows }
    }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
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
