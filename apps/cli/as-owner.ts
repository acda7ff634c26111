import { statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Root goes on as the account whose folder a file lies in. What that account could put there (links, files of its own) then leads
 * nowhere that it could not go by itself, and what is made belongs to it.
 */
export function becomeOwnerOfFolder(file: string): void {
  if (process.getuid?.() !== 0) return
  const folder = statSync(dirname(file), { throwIfNoEntry: false })
  if (!folder || folder.uid === 0) return
  process.setgroups?.([folder.gid])
  process.setgid?.(folder.gid)
  process.setuid?.(folder.uid)
}
