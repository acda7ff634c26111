import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import * as z from 'zod'

/** What became of one part. */
interface Outcome {
  readonly passed: number
  readonly failed: number
  /** Why it, or some of it, could not run. */
  readonly missing: readonly string[]
}

const ROOT = join(import.meta.dirname, '..')
const BIN = join(ROOT, 'node_modules/.bin')

/** The part of Vitest's report that is counted. */
const Report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) }),
  ),
})

const LINT: readonly (readonly [string, readonly string[]])[] = [
  ['oxfmt', ['--check', '.']],
  ['oxlint', ['--type-aware', '--deny-warnings']],
  ['tsc', ['-p', '.']],
  ['tsc', ['-p', 'apps/web']],
  ['knip', []],
]

const parts: Readonly<Record<string, () => Outcome>> = {
  lint,
  unit: () => vitest('unit'),
  contract: () => vitest('contract'),
  browser: () =>
    existsSync('/usr/bin/chromium')
      ? vitest('browser')
      : cannot('Chromium is missing: apt install chromium'),
  rigs: () => vitest('rigs'),
  setup: () => vitest('setup'),
  soak: () => vitest('soak'),
  bench: () => vitest('bench'),
  'bench-proxy': () => vitest('bench-proxy'),
}

const totals = { passed: 0, failed: 0 }
const missing: string[] = []
for (const name of process.argv.slice(2)) {
  const begun = Date.now()
  console.log(`\n== ${name}`)
  const outcome = parts[name]?.() ?? cannot('there is no such part')
  console.log(`${name} took ${Math.round((Date.now() - begun) / 1000)} s`)
  console.log(`${outcome.passed} passed, ${outcome.failed} failed`)
  totals.passed += outcome.passed
  totals.failed += outcome.failed
  missing.push(...outcome.missing.map((why) => `${name}: ${why}`))
}

if (missing.length > 0)
  console.log(`\nDid not run:\n${missing.map((line) => `  ${line}`).join('\n')}`)
// Where a machine decides, what did not run has not passed.
if (process.env['CI'] === 'true') totals.failed += missing.length
if (totals.passed + totals.failed === 0) totals.failed = 1
console.log(`\n${totals.passed} passed, ${totals.failed} failed`)
process.exitCode = totals.failed === 0 ? 0 : 1

function lint(): Outcome {
  const results = LINT.map(([program, args]) => {
    const { status } = spawnSync(join(BIN, program), args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: environment(),
    })
    console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${[program, ...args].join(' ')}`)
    return status === 0
  })
  return {
    passed: results.filter(Boolean).length,
    failed: results.filter((ok) => !ok).length,
    missing: [],
  }
}

/** Runs one project of Vitest, and counts from its report: a crash before the first test is a failure too. */
function vitest(project: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'bulkhead-report-'))
  const report = join(folder, 'report.json')
  try {
    const args = [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ]
    const { status } = spawnSync(join(BIN, 'vitest'), args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: environment(),
    })
    const { numPassedTests: passed, numFailedTests, testResults } = readReport(report)
    const skipped = testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter((test) => test.status === 'skipped' || test.status === 'pending'),
    )
    const failed = numFailedTests === 0 && status !== 0 ? 1 : numFailedTests
    return { passed, failed, missing: skipped.map(({ fullName }) => fullName) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readReport(file: string): z.output<typeof Report> {
  return existsSync(file)
    ? Report.parse(JSON.parse(readFileSync(file, 'utf8')))
    : { numPassedTests: 0, numFailedTests: 0, testResults: [] }
}

function cannot(why: string): Outcome {
  return { passed: 0, failed: 0, missing: [why] }
}

/** The pinned Node comes first, for the tools as for what they start. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH'] ?? ''}` }
}
