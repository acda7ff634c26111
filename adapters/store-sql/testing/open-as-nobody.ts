import { openSqlite } from '../open-sqlite.ts'

// A process of its own for the tests: opens the database `open-as-nobody.ts FILE` and prints what it was told. Root could
// write everywhere, so it stops being root first; only now, for it may be that nobody else can read this checkout.
if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(65534)
  process.setuid?.(65534)
}
try {
  openSqlite(process.argv[2] ?? '')
  process.stdout.write('opened')
} catch (error) {
  process.stdout.write(error instanceof Error ? error.message : String(error))
}
