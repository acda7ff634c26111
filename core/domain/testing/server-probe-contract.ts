import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { ServerProbe } from '../servers/server-probe.ts'
import type { ServerAddress } from '../servers/server.ts'

export interface ServerProbeHarness {
  readonly probe: ServerProbe
  /** Of a server that does not listen yet. */
  readonly address: ServerAddress
  readonly prefix: string
  /** From now on the server listens, and answers with this status. */
  answerWith(status: number): Promise<void>
  dispose(): Promise<void>
}

/** What every probe promises. */
export function describeServerProbe(
  name: string,
  makeHarness: () => Promise<ServerProbeHarness>,
): void {
  describe(`${name} keeps the promises of a server probe:`, () => {
    let harness: ServerProbeHarness

    beforeEach(async () => {
      harness = await makeHarness()
    })

    afterEach(() => harness.dispose())

    const asking = (signal = new AbortController().signal) =>
      harness.probe.untilAnswering(harness.address, harness.prefix, signal)

    test.each([200, 302, 403, 404])('a server that answers %i is alive', async (status) => {
      await harness.answerWith(status)
      await expect(asking()).resolves.toBeUndefined()
    })

    test('a server that begins to listen while it is asked for is noticed', async () => {
      const answered = asking()
      await harness.answerWith(200)
      await expect(answered).resolves.toBeUndefined()
    })

    test('a server that answers 503 is not ready until it answers otherwise', async () => {
      let ready = false
      await harness.answerWith(503)
      const answered = asking().then(() => ready)
      await new Promise(setImmediate)
      ready = true
      await harness.answerWith(200)
      expect(await answered).toBe(true)
    })

    test('it gives up with the reason of the signal', async () => {
      const cancel = new AbortController()
      const reason = new Error('the time is up')
      const answered = asking(cancel.signal)
      cancel.abort(reason)
      await expect(answered).rejects.toBe(reason)
    })

    test('it does not begin for a signal that has aborted already', async () => {
      const reason = new Error('too late')
      await harness.answerWith(200)
      await expect(asking(AbortSignal.abort(reason))).rejects.toBe(reason)
    })
  })
}
