import * as z from 'zod'

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** A length of time as people write it (`60s`, `10m`, `1h`, `2d`), read into milliseconds. */
export const Duration = z
  .string()
  .regex(/^\d{1,9}(?:ms|s|m|h|d)$/, 'is not a length of time such as 30s, 10m, 1h or 2d')
  .transform((text) => {
    const [, digits = '0', unit = 'ms'] = /^(\d+)([a-z]+)$/.exec(text) ?? []
    return Number(digits) * (UNITS[unit] ?? 1)
  })
