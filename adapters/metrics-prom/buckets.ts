/** JupyterHub's buckets, in seconds: dashboards compute their quantiles from them. */
export const buckets = {
  usual: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  spawn: [0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 180, 300, 600],
  eventLoop: [0.05, 0.055, 0.06, 0.065, 0.07, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
} as const
