import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate that vouches for itself, for hub.test and 127.0.0.1, in files of its own. */
export class Certificates implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'bulkhead-certificates-'))

  constructor() {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const names = ['-subj', '/CN=hub.test', '-addext', 'subjectAltName=DNS:hub.test,IP:127.0.0.1']
    const out = ['-keyout', this.key, '-out', this.cert]
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...names, ...out], {
      stdio: 'ignore',
    })
  }

  get key(): string {
    return join(this.#folder, 'key.pem')
  }

  get cert(): string {
    return join(this.#folder, 'cert.pem')
  }

  /** For a server of Node. */
  get server(): { readonly key: Buffer; readonly cert: Buffer } {
    return { key: readFileSync(this.key), cert: readFileSync(this.cert) }
  }

  /** For a proxy: `--ssl-key FILE --ssl-cert FILE`. */
  flags(prefix: string): readonly string[] {
    return [`${prefix}-key`, this.key, `${prefix}-cert`, this.cert]
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true })
  }
}
