import type { RequestListener } from 'node:http'

/** What a Host may hold, without its port (RFC 3986 section 3.2.2): nothing that could lead elsewhere, or split a header. */
const HOST = /^([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

/** Sends whoever comes by plain HTTP to the same address by https, on `port`. */
export function redirectToHttps(port: number): RequestListener {
  return (request, response) => {
    const host = HOST.exec(request.headers.host ?? '')?.[1]
    const path = request.url ?? ''
    if (host === undefined || !path.startsWith('/')) {
      response.writeHead(400, { 'content-type': 'text/plain; charset=utf-8' })
      response.end(`This address is served by https, on port ${port}.\n`)
      return
    }
    const where = port === 443 ? host : `${host}:${port}`
    response.writeHead(301, { location: `https://${where}${path}` }).end()
  }
}
