import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'

/** Kept from one run to the next. */
const FOLDER = join(import.meta.dirname, '../.setup/bench-peer')

/** Where the peer's programs are; both folders go first on its PATH. */
export interface PeerPrograms {
  /** A Python environment with JupyterHub. */
  readonly python: string
  /** Where configurable-http-proxy is. */
  readonly bin: string
}

/** configurable-http-proxy from npm, beside the JupyterHub that the tests have (BULKHEAD_CLIENTS). */
export async function installPeer(): Promise<PeerPrograms> {
  const bin = await installProxy()
  const clients = process.env['BULKHEAD_CLIENTS'] ?? ''
  return { python: clients === '' ? await installJupyterHub() : clients, bin }
}

/** The same, with JupyterHub and JupyterLab as pip installs them and nothing besides: extensions make every start slower. */
export async function installPeerWithLab(): Promise<PeerPrograms> {
  return { bin: await installProxy(), python: await installJupyterHub() }
}

/** configurable-http-proxy alone. @returns the folder that it is in */
export async function installProxy(): Promise<string> {
  const bin = join(FOLDER, 'node_modules/.bin')
  mkdirSync(FOLDER, { recursive: true })
  if (!existsSync(join(bin, 'configurable-http-proxy')))
    await runQuietly('npm', [
      'install',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefix',
      FOLDER,
      'configurable-http-proxy@5.3.0',
    ])
  // On a Node of its own: memory that it shared with the test that measures would count for less.
  if (!existsSync(join(bin, 'node'))) copyFileSync(process.execPath, join(bin, 'node'))
  return bin
}

async function installJupyterHub(): Promise<string> {
  const python = join(FOLDER, 'python')
  if (existsSync(join(python, 'bin/jupyterhub'))) return python
  await runQuietly('python3', ['-m', 'venv', python])
  await runQuietly(join(python, 'bin/pip'), [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    'jupyterhub==6.1.1',
    'jupyterlab==4.6.6',
  ])
  await runQuietly(join(python, 'bin/python'), [
    '-m',
    'compileall',
    '-q',
    '-j',
    '0',
    join(python, 'lib'),
  ])
  return python
}

function runQuietly(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code}`)),
    )
  })
}
