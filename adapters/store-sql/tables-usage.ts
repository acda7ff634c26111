export interface UsageTables {
  usage_minutes: {
    user_id: number
    server: string
    at: number
    memory: number | null
    cpu_ms: number | null
    disk: number | null
  }
  usage_hours: {
    user_id: number
    server: string
    at: number
    minutes: number
    memory_sum: number
    memory_minutes: number
    memory_most: number | null
    cpu_ms: number
    disk_most: number | null
  }
}
