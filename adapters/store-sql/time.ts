export function timeOrNull(ms: number | null): Date | null {
  return ms === null ? null : new Date(ms)
}

export function msOrNull(time: Date | null): number | null {
  return time?.getTime() ?? null
}
