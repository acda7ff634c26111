import type { Service } from './service.ts'

/** The services that were made by the API. */
export interface ServiceStore {
  /** By name. */
  list(): Promise<readonly Service[]>
  find(name: string): Promise<Service | undefined>
  /** @throws HubError `already_exists` */
  add(service: Service, now: Date): Promise<void>
  /** Whether there was one. Its tokens, and those that people have for it, are others' to remove. */
  remove(name: string): Promise<boolean>
}
