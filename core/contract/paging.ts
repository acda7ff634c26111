import * as z from 'zod'

/** Whoever accepts this type gets a page with its place among all; everyone else the plain list (JupyterHub's rule since 2.0). */
export const PAGE_MEDIA_TYPE = 'application/jupyterhub-pagination+json'

/** The longest page, and the whole of what an old client sees of a list. */
export const LONGEST_PAGE = 200
export const USUAL_PAGE = 50

/** Signs are passed over, as JupyterHub does. */
const Whole = z
  .string()
  .regex(/^[+-]?\d{1,15}$/, 'must be a whole number')
  .transform((text) => Math.abs(Number(text)))

/** Where a page begins, and how many it holds at most: 1 to 200. Part of the parameters of every list that has pages. */
export const PAGE_PARAMS = {
  offset: Whole.optional(),
  limit: Whole.transform((limit) => Math.min(Math.max(limit, 1), LONGEST_PAGE)).optional(),
} as const

const Place = z.object({
  offset: z.int(),
  limit: z.int(),
  total: z.int(),
  next: z
    .object({ offset: z.int(), limit: z.int(), url: z.string() })
    .nullable()
    .describe('where the next page is; null: this is the last one'),
})

/** A page: its items, most often a list, and its place among all. */
export function pageOf<Items extends z.ZodType>(items: Items) {
  return z.object({ items, _pagination: Place })
}

/** What a list answers: a page to who accepts pages, else the items alone. */
export function pageOrItems<Items extends z.ZodType>(items: Items) {
  return z.union([items, pageOf(items)])
}
