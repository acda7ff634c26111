import type { ServerBody } from '#core/contract/models.ts'

/** What a server's state is called, and what its colour says; the words alone say it all. */
export interface ServerState {
  readonly words: string
  readonly tone: 'good' | 'busy' | 'bad' | 'idle'
  /** Goes before how long ago; null when there is no such time. */
  readonly verb: string | null
}

export function stateOf(
  server: Pick<ServerBody, 'ready' | 'pending' | 'failure' | 'has_run'>,
): ServerState {
  if (server.ready) return { words: 'Running', tone: 'good', verb: 'Started' }
  if (server.pending === 'spawn') return { words: 'Starting', tone: 'busy', verb: 'Began' }
  if (server.pending === 'stop') return { words: 'Stopping', tone: 'busy', verb: 'Began' }
  if (server.failure) return { words: 'Ended by itself', tone: 'bad', verb: 'Ended' }
  if (!server.has_run) return { words: 'Not started yet', tone: 'idle', verb: null }
  return { words: 'Stopped', tone: 'idle', verb: 'Ended' }
}

/** Whose server it is, as a sentence begins. */
export function whose(owner: string, viewer: { readonly name: string } | null): string {
  return viewer?.name === owner ? 'Your server' : `${owner}’s server`
}
