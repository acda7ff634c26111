import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

/**
 * Stands in for the single-user server: takes the same arguments and environment, listens at the same place, and starts in a
 * fraction of the time. The variable FAKE_ACTS says what else it does, a word each.
 */
const acts = new Set((process.env['FAKE_ACTS'] ?? '').split(' '))
const given = (name: string) =>
  process.argv.find((argument) => argument.startsWith(`--ServerApp.${name}=`))?.split('=')[1]

// A test that dies may leave it behind; it must not stay for ever.
setTimeout(() => process.exit(0), 120_000).unref()

if (acts.has('deaf')) process.on('SIGTERM', () => undefined)
if (acts.has('forgetful')) process.once('SIGTERM', () => undefined)
if (acts.has('talks')) {
  process.stderr.write('loud \u001b[31mred\u001b[0m\u0007 text\n')
  process.stdout.write(`token=${process.env['JUPYTERHUB_API_TOKEN']}\n`)
}
// A kernel has a session of its own, and one may have been given an environment of its own too.
if (acts.has('kernel')) startKernel(process.env)
if (acts.has('bare-kernel')) startKernel({ PATH: process.env['PATH'] })
if (acts.has('exits')) process.exit(3)

createServer((_, answer) => answer.end('{"version": "1"}')).listen(
  given('sock') ?? { host: given('ip'), port: Number(given('port')) },
  () => {
    // Written when everything is up: what it was given, for whoever tests it.
    writeFileSync(
      'seen.json',
      JSON.stringify({ arguments: process.argv.slice(2), environment: process.env }),
    )
  },
)

function startKernel(environment: NodeJS.ProcessEnv): void {
  const program = "process.on('SIGTERM', () => undefined); setTimeout(() => undefined, 120_000)"
  const kernel = spawn(process.execPath, ['-e', program], {
    env: environment,
    detached: true,
    stdio: 'ignore',
  })
  kernel.unref()
}
