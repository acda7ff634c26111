import { type ProxyApi, routePath } from './proxy-api.ts'

/** The route that takes to the hub whatever no other one takes elsewhere, at a proxy that was not started with one. */
export class HubRoute {
  readonly #proxy: ProxyApi
  readonly #hub: string

  /** @param hub where the proxy reaches the hub: `http://127.0.0.1:8000` */
  constructor(proxy: ProxyApi, hub: string) {
    this.#proxy = proxy
    this.#hub = hub
  }

  /** Adds it where it is missing or leads elsewhere. */
  async mend(): Promise<void> {
    const found = (await this.#proxy.routes()).find(({ prefix }) => prefix === '/')
    if (found?.target === this.#hub) return
    const body = JSON.stringify({ target: this.#hub, hub: true, jupyterhub: true })
    await this.#proxy.ask('POST', routePath('/'), { body, fine: [201] })
  }
}
