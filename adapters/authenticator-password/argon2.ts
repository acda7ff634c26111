import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** OWASP's second profile for Argon2id: 19 MiB, two passes, one lane; 32-byte tags, 16-byte salts. */
const MEMORY_KIB = 19_456
const PASSES = 2
const LANES = 1
const TAG_BYTES = 32
const SALT_BYTES = 16

/** What a stored password is made of. */
interface Parsed {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly tag: Buffer
}

/** A new password in the PHC string format: `$argon2id$v=19$m=…,t=…,p=…$salt$tag`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const tag = await derive('argon2id', {
    message: bytesOf(password),
    nonce: salt,
    parallelism: LANES,
    tagLength: TAG_BYTES,
    memory: MEMORY_KIB,
    passes: PASSES,
  })
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${LANES}$${base64(salt)}$${base64(tag)}`
}

/** Whether the password is the one that was stored. */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const parsed = parseStored(stored)
  if (!parsed) throw new Error('a stored password is malformed')
  const { memory, passes, parallelism, salt, tag } = parsed
  const found = await derive('argon2id', {
    message: bytesOf(password),
    nonce: salt,
    parallelism,
    tagLength: tag.length,
    memory,
    passes,
  })
  return timingSafeEqual(found, tag)
}

/** Undefined for anything but a hash of this kind whose cost is within bounds: a damaged row must not exhaust the hub. */
export function parseStored(stored: string): Parsed | undefined {
  const match =
    /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/.exec(
      stored,
    )
  if (!match) return undefined
  const [memory = 0, passes = 0, parallelism = 0] = match.slice(1, 4).map(Number)
  const [salt, tag] = [Buffer.from(match[4] ?? '', 'base64'), Buffer.from(match[5] ?? '', 'base64')]
  const bounded =
    memory >= 8 * parallelism &&
    memory <= 262_144 &&
    passes >= 1 &&
    passes <= 10 &&
    parallelism >= 1
  return bounded ? { memory, passes, parallelism, salt, tag } : undefined
}

/** The same password typed on different keyboards is the same bytes. */
const bytesOf = (password: string) => Buffer.from(password.normalize('NFC'))

const base64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')
