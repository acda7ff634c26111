import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'

import { CommandLineEnd } from './command-line.ts'

/** What one side of the proxy shows and asks for, by the names of files: they are read anew when certificates are renewed. */
export interface TlsFiles {
  readonly key?: string | undefined
  readonly cert?: string | undefined
  readonly ca?: string | undefined
  readonly dhparam?: string | undefined
  readonly passphrase?: string | undefined
  /** As in OpenSSL's names of methods: `TLSv1_2`, `TLSv1_3`; absent: both. */
  readonly protocol?: string | undefined
  readonly ciphers?: string | undefined
  readonly requestCert?: boolean | undefined
}

export interface TlsSettings extends SecureContextOptions {
  /** Whether a client must show a certificate that `ca` vouches for. */
  readonly requestCert: boolean
  readonly rejectUnauthorized: boolean
}

const VERSIONS: Readonly<Record<string, SecureVersion | undefined>> = {
  TLSv1_2: 'TLSv1.2',
  TLSv1_3: 'TLSv1.3',
}

/**
 * Reads the files, and looks whether they can be used, together.
 * @throws CommandLineEnd with a sentence that names the file
 */
export function readTls(files: TlsFiles): TlsSettings {
  const { passphrase, ciphers, requestCert = false } = files
  const [key, cert, ca, dhparam] = [files.key, files.cert, files.ca, files.dhparam].map(read)
  const version = versionOf(files.protocol)
  const settings = {
    ...(key && { key }),
    ...(cert && { cert }),
    ...(ca && { ca }),
    ...(dhparam && { dhparam }),
    ...(passphrase !== undefined && passphrase !== '' && { passphrase }),
    ...(version && { minVersion: version, maxVersion: version }),
    ...(ciphers !== undefined && { ciphers }),
    honorCipherOrder: true,
    requestCert,
    // Asked for is checked: a certificate that nobody vouches for says nothing.
    rejectUnauthorized: requestCert,
  }
  tryOut(settings, files)
  return settings
}

/** A key that is not the certificate's, or is none at all, shows here. */
function tryOut(settings: TlsSettings, { key, cert, ca, dhparam }: TlsFiles): void {
  try {
    createSecureContext(settings)
  } catch (error) {
    const names = [key, cert, ca, dhparam].filter((name) => name !== undefined).join(', ')
    const why = error instanceof Error ? error.message : String(error)
    throw new CommandLineEnd(`error: ${names} cannot be used: ${why}`, 1)
  }
}

function read(file: string | undefined): Buffer | undefined {
  if (file === undefined) return undefined
  try {
    return readFileSync(file)
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    throw new CommandLineEnd(`error: ${file} cannot be read (${why}) by ${userInfo().username}`, 1)
  }
}

function versionOf(name: string | undefined): SecureVersion | undefined {
  if (name === undefined || ['TLS', 'SSLv23'].includes(name)) return undefined
  const version = VERSIONS[name]
  if (version) return version
  throw new CommandLineEnd(
    `error: --ssl-protocol ${name} is not taken: versions before 1.2 are broken. Leave the flag out for 1.2 and 1.3, or give TLSv1_2 or TLSv1_3`,
    1,
  )
}
