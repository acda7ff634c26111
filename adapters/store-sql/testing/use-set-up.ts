import { DatabaseSync } from 'node:sqlite'

import { HubError } from '#core/domain/errors.ts'

import { openSqlite } from '../open-sqlite.ts'

// A process of its own for the tests: `use-set-up.ts FILE NAME [N]` opens the database, says `ready`, and when told to becomes
// the first admin under the code `code`. Before its N-th statement it is killed.
const [file = '', name = '', killBefore = '0'] = process.argv.slice(2)

const { links } = openSqlite(file)
if (killBefore !== '0') killBeforeStatement(Number(killBefore))
process.once('message', () => void use())
process.send?.('ready')

async function use(): Promise<void> {
  try {
    await links.useSetUp('code', { name, passwordHash: `hash of ${name}` }, new Date(0))
    process.send?.('made')
  } catch (error) {
    process.send?.(error instanceof HubError ? error.code : String(error))
  }
  process.disconnect?.()
}

function killBeforeStatement(which: number): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its own object below
  const prepare = DatabaseSync.prototype.prepare
  let statements = 0
  DatabaseSync.prototype.prepare = function (sql, ...rest) {
    // With so little memory SQLite writes what is not committed yet to the disk: what has to be undone is really there.
    if (statements === 0) this.exec('pragma cache_size = 1')
    statements += 1
    if (statements === which) process.kill(process.pid, 'SIGKILL')
    return prepare.call(this, sql, ...rest)
  }
}
