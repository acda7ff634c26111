import { DummyAuthenticator } from '#adapters/authenticator-dummy/dummy-authenticator.ts'
import { PasswordAuthenticator } from '#adapters/authenticator-password/password-authenticator.ts'
import {
  ProcessSpawner,
  type ProcessSpawnerOptions,
} from '#adapters/spawner-process/process-spawner.ts'
import { isLoopback } from '#core/config/listen-address.ts'
import type { HubConfig } from '#core/config/schema.ts'
import { HubError } from '#core/domain/errors.ts'
import type { Authenticator } from '#core/domain/sign-in/authenticator.ts'
import type { CredentialStore } from '#core/domain/sign-in/credential-store.ts'
import type { PasswordKeeper } from '#core/domain/sign-in/password-keeper.ts'
import type { Spawner } from '#core/domain/servers/spawner.ts'

/** How people sign in, and where their passwords are made, when the hub keeps them. */
export interface ChosenAuthenticator {
  readonly authenticator: Authenticator
  readonly passwords: PasswordKeeper | null
}

/** What ships, a line each: the authenticator that the configuration names. */
export function chooseAuthenticator(
  config: HubConfig,
  { credentials }: { readonly credentials: CredentialStore },
): ChosenAuthenticator {
  const { use, password, on_network: onNetwork } = config.authenticator
  switch (use) {
    case 'password': {
      const authenticator = new PasswordAuthenticator({ credentials })
      return { authenticator, passwords: authenticator }
    }
    case 'dummy':
      return {
        authenticator: new DummyAuthenticator({
          password,
          loopback: isReachedFromHereAlone(config),
          onNetwork,
        }),
        passwords: null,
      }
  }
}

/** What ships, a line each: the spawner that the configuration names; `auto` takes the strongest that holds. */
export function chooseSpawner(config: HubConfig, options: ProcessSpawnerOptions): Spawner {
  const { use, process: accepted } = config.spawner
  if (
    !isReachedFromHereAlone(config) &&
    !(use === 'process' && accepted.every_notebook_is_operator)
  ) {
    throw new HubError(
      'invalid',
      `the hub is reached from other machines, and the only spawner here is process, under which everyone with a notebook can do all that the hub can. Listen on 127.0.0.1, or accept that in the configuration: spawner: { use: process, process: { every_notebook_is_operator: true } }`,
    )
  }
  return new ProcessSpawner(options)
}

/** Both the address that is listened on and the one that people type must be this machine's own. */
export function isReachedFromHereAlone({ listen, public_url: publicUrl }: HubConfig): boolean {
  return (
    isLoopback(listen.host) && isLoopback(new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, '$1'))
  )
}
