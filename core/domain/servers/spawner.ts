import type { ServerAddress, ServerId, SpawnHandle } from './server.ts'
import type { ServerUsage } from './usage.ts'

/** What to run, for whom. How is the spawner's business. */
export interface ServerSpec {
  readonly id: ServerId
  readonly publicId: string
  /** Under which name its owner's files are kept (`User.home`): not always the one that he has now. */
  readonly home: string
  /** Path under which the server is reached, e.g. `/user/ada/`. */
  readonly prefix: string
  /**
   * Environment of the server's process, secrets included: never to be shown in argv or a log. The spawner adds
   * what only it knows: where to listen (`JUPYTERHUB_SERVICE_URL`), how the hub is reached from inside
   * (`JUPYTERHUB_API_URL`, `JUPYTERHUB_ACTIVITY_URL`), `HOME`, `PATH`.
   */
  readonly environment: Readonly<Record<string, string>>
}

export interface Spawned {
  readonly handle: SpawnHandle
  readonly address: ServerAddress
}

export type Inspection =
  | { readonly is: 'running' }
  /** `reason`: a sentence such as "exited with code 1" or "was ended by SIGKILL", as far as it is known. */
  | { readonly is: 'gone'; readonly reason: string }

/** One wall or limit: whether it holds, and if not, why in plain words. */
export interface Capability {
  readonly wall: string
  readonly held: boolean
  readonly why: string
}

export interface StartOptions {
  /** Gives up, and leaves nothing behind, when it aborts. */
  readonly signal: AbortSignal
  /** Progress worth showing: a sentence, and 0–100. */
  readonly onProgress: (progress: number, message: string) => void
}

/** Runs people's servers somewhere. One implementation per somewhere. */
export interface Spawner {
  /** Its name in the configuration and in handles. */
  readonly name: string
  /** What it isolates and limits, as data. */
  readonly capabilities: readonly Capability[]
  /** Resolves once the server's process is launched, not yet when it answers. */
  start(spec: ServerSpec, options: StartOptions): Promise<Spawned>
  inspect(handle: SpawnHandle): Promise<Inspection>
  /** Asks it to end, then makes it; resolves when nothing of it is left. Stopping what is gone is fine. */
  stop(handle: SpawnHandle): Promise<void>
  /** Every server of this hub's that runs, whether a row knows it or not. */
  list(): Promise<readonly SpawnHandle[]>
  /** The last lines of the server's log: plain text, secrets redacted. Empty when there is none. */
  logTail(publicId: string, lines: number): Promise<readonly string[]>
  /** What running servers use, by their `publicId`; of what is gone, or another spawner's, nothing. */
  usage(handles: readonly SpawnHandle[]): Promise<ReadonlyMap<string, ServerUsage>>
  /** Deletes what a stopped server leaves behind, such as its log and socket directory; never its owner's files. */
  cleanUp(publicId: string): Promise<void>
}
