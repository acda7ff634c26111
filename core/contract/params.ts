import * as z from 'zod'

/** For operations without a body: whatever comes is passed over. */
export const nothing = z.unknown()

/** A path that names a person. */
export const UserParams = z.object({ user: z.string() })

/** A path that names one of a person's servers; the default server's name is empty. */
export const ServerParams = z.object({ user: z.string(), server: z.string().default('') })
export type ServerParams = z.output<typeof ServerParams>

/** A path that names a group. */
export const GroupParams = z.object({ group: z.string() })
