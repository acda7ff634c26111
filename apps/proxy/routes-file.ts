import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'

import * as z from 'zod'

import { RouteBody } from '#core/contract/proxy-api.ts'
import { compilePolicy } from '#core/forwarding/policy/compile-policy.ts'
import { parseTarget } from '#core/forwarding/target.ts'
import type { Routes } from '#core/forwarding/routes.ts'

const Stored = z.record(z.string(), RouteBody)

/** Adds what is posted, or restored from the file. @returns whether the target can be read */
export function addRoute(routes: Routes, prefix: string, body: z.infer<typeof RouteBody>): boolean {
  const target = parseTarget(body.target, body.socket_owner ?? null, body.address ?? null)
  const policy = body.policy && compilePolicy(body.policy, routes.pathOf(prefix))
  if (target) routes.set(prefix, target, { data: body, policy, now: new Date() })
  return target !== undefined
}

/** Restores what an earlier proxy wrote. @returns what was wrong with the file, when something was */
export function restoreRoutes(routes: Routes, file: string): string | undefined {
  try {
    for (const [prefix, body] of Object.entries(
      Stored.parse(JSON.parse(readFileSync(file, 'utf8'))),
    ))
      addRoute(routes, prefix, body)
    return undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    return `${file} cannot be read; its routes come back when the hub adds them`
  }
}

/** Writes the whole table beside the file and puts it in its place: a reader sees the old one or the new one. */
export function saveRoutes(routes: Routes, file: string): void {
  const table = Object.fromEntries([...routes.all].map(({ prefix, data }) => [prefix, data]))
  const descriptor = openSync(`${file}.new`, 'w', 0o600)
  writeSync(descriptor, JSON.stringify(table))
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(`${file}.new`, file)
}
