import { X509Certificate } from 'node:crypto'
import { statSync } from 'node:fs'
import type { SecureContextOptions } from 'node:tls'

import type { ProxyLog } from './log.ts'
import { readTls, type TlsFiles } from './tls.ts'

/** How often it is looked whether a file is another one. Programs that renew certificates write new files, or change a link. */
const LOOK_MS = 2000

/** One side of the proxy that shows a certificate. */
interface Side {
  readonly name: string
  readonly files: TlsFiles
  /** Shown from now on; connections that are open stay. */
  readonly renew: (tls: SecureContextOptions) => void
  /** What the files were when they were last looked at. */
  stamp: string
}

/** The certificates of this process, which are read anew when they have changed, or when somebody says so. */
export class Certificates {
  readonly #log: ProxyLog
  readonly #sides: Side[] = []

  constructor(log: ProxyLog) {
    this.#log = log
  }

  /** @param renew is called with what is in the files after each change, when it can be used */
  add(name: string, files: TlsFiles, renew: Side['renew']): void {
    this.#sides.push({ name, files, renew, stamp: stampOf(files) })
  }

  /** Looks after the files until the process ends. */
  watch(): void {
    if (this.#sides.length > 0) setInterval(() => this.#look(), LOOK_MS).unref()
  }

  /** Reads all of them. What cannot be used changes nothing. @returns the names of what was renewed, and a sentence for each that was not */
  reload(): { readonly renewed: readonly string[]; readonly troubles: readonly string[] } {
    const renewed: string[] = []
    const troubles: string[] = []
    for (const side of this.#sides) {
      const trouble = this.#renew(side)
      if (trouble === undefined) renewed.push(side.name)
      else troubles.push(trouble)
    }
    return { renewed, troubles }
  }

  #look(): void {
    for (const side of this.#sides) if (stampOf(side.files) !== side.stamp) this.#renew(side)
  }

  #renew(side: Side): string | undefined {
    const { name, files, renew } = side
    side.stamp = stampOf(files)
    try {
      const tls = readTls(files)
      renew(tls)
      this.#log.info(`the certificate of ${name} is renewed${validity(tls.cert)}`)
      return undefined
    } catch (error) {
      const why = error instanceof Error ? error.message.replace(/^error: /, '') : String(error)
      const trouble = `the certificate of ${name} stays as it is, for the new one cannot be used: ${why}`
      this.#log.error(trouble)
      return trouble
    }
  }
}

function validity(cert: SecureContextOptions['cert']): string {
  if (!Buffer.isBuffer(cert)) return ''
  const { validTo } = new X509Certificate(cert)
  return `, valid until ${new Date(validTo).toISOString().slice(0, 10)}`
}

/** What tells a file from another one in its place. Behind a link it is what the link leads to. */
function stampOf({ key, cert, ca, dhparam }: TlsFiles): string {
  return [key, cert, ca, dhparam]
    .map((file) => {
      const stat =
        file === undefined ? undefined : statSync(file, { bigint: true, throwIfNoEntry: false })
      return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs}` : ''
    })
    .join(', ')
}
