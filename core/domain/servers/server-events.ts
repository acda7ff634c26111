import type { ServerEvents } from './server-life.ts'

/** Tells every one of them. */
export function tellAll(listeners: readonly ServerEvents[]): ServerEvents {
  return {
    started: (...what) => listeners.forEach((listener) => listener.started(...what)),
    failed: (...what) => listeners.forEach((listener) => listener.failed(...what)),
    stopped: (...what) => listeners.forEach((listener) => listener.stopped(...what)),
    orphanStopped: (...what) => listeners.forEach((listener) => listener.orphanStopped(...what)),
    troubled: (...what) => listeners.forEach((listener) => listener.troubled(...what)),
  }
}
