import type { RequestHead } from './message.ts'

/**
 * What is taken from, and added to, the headers of one route's requests and answers. Compiled once, when the route is set. Names
 * and values come in turn; what is given may be changed or given back. A route without one behaves as configurable-http-proxy.
 */
export interface RoutePolicy {
  /** Headers on their way to the server behind; hop-by-hop ones are out, and the forwarding ones are ours. */
  filterRequest(headers: string[], request: RequestHead): string[]
  /** Headers of an answer, also of one to a websocket, on their way to the client; hop-by-hop ones are out. */
  filterResponse(headers: string[], request: RequestHead): string[]
  /** What follows a body, where nothing is added. */
  filterTrailers(trailers: string[], request: RequestHead): string[]
}
