import { foldName } from '#core/base/folded-name.ts'
import type { ServerService } from '#core/domain/servers/server-service.ts'
import type { ServerId } from '#core/domain/servers/server.ts'

/**
 * Whose server a path below `/user/` means; undefined when it names nobody. `/user/ada/x/…` is a file of the default server
 * unless ada has a server named x.
 */
export async function serverInPath(
  path: string,
  servers: Pick<ServerService, 'get'>,
): Promise<ServerId | undefined> {
  const [, first, second] = /^\/user\/([^/?#]+)(?:\/([^/?#]+))?/.exec(path) ?? []
  const user = first === undefined ? undefined : personIn(first)
  if (user === undefined) return undefined
  const name = second === undefined ? undefined : decoded(second)
  if (name !== undefined && (await servers.get({ user, name }))) return { user, name }
  return { user, name: '' }
}

function personIn(part: string): string | undefined {
  const raw = decoded(part)
  const read = raw === undefined ? undefined : foldName(raw)
  return read && 'name' in read ? read.name : undefined
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    // Not of our quoting, so nobody's.
    return undefined
  }
}
