import { isIP } from 'node:net'

/**
 * Whose a request is, by what the proxies on its way say of it: the last address that is not one of the proxies that are believed.
 * @param told addresses as `X-Forwarded-For` has them, the nearest one last; a port behind one is left out
 * @param nearest of whoever is at the other end of the connection
 */
export function clientAddress(
  told: readonly string[],
  nearest: string,
  isTrusted: (address: string) => boolean,
): string {
  let client = nearest
  for (let i = told.length - 1; i >= 0 && isTrusted(client); i--) {
    const address = bareAddress(told[i] ?? '')
    // What is no address says nothing; then whoever said it stands for whoever is behind it.
    if (address === undefined) return client
    client = address
  }
  return client
}

/** An address without port, brackets and mapping into IPv6. */
function bareAddress(text: string): string | undefined {
  const trimmed = text.trim()
  const inside = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(trimmed)?.[1]
  const four = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d{1,5})?$/i.exec(trimmed)?.[1]
  const bare = inside ?? four ?? trimmed
  return isIP(bare) === 0 ? undefined : bare
}
