/** Whether what is typed on the way to the address can be read by others: plain http to another machine. */
export function isExposed(publicUrl: string): boolean {
  const { protocol, hostname } = new URL(publicUrl)
  return (
    protocol === 'http:' &&
    !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$|\.localhost$/.test(hostname)
  )
}
