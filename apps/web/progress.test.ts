import { expect, test } from 'vitest'

import { NOTHING_YET, withEvent } from './progress.ts'

test('a message that comes again is shown once, and progress does not go back', () => {
  const first = withEvent(NOTHING_YET, { progress: 50, message: 'Waiting' })
  const again = withEvent(withEvent(first, { progress: 0, message: 'Requested' }), {
    progress: 50,
    message: 'Waiting',
  })

  expect(again.messages).toEqual(['Waiting', 'Requested'])
  expect(again.percent).toBe(50)
})

test('the newest log lines stay when an event brings none', () => {
  const shown = withEvent(withEvent(NOTHING_YET, { progress: 60, message: 'a', log: ['one'] }), {
    progress: 90,
    message: 'b',
  })

  expect(shown.log).toEqual(['one'])
})

test('the last event says how it ended', () => {
  expect(
    withEvent(NOTHING_YET, { progress: 100, message: 'ok', ready: true, url: '/user/ada/' }).end,
  ).toEqual({ is: 'ready', url: '/user/ada/' })
  expect(withEvent(NOTHING_YET, { progress: 100, message: 'no', failed: true }).end).toEqual({
    is: 'failed',
    message: 'no',
  })
})

test('the first event after a silence says that the hub is there again', () => {
  const lost = { ...NOTHING_YET, lost: true }

  expect(withEvent(lost, { progress: 10, message: 'a' }).lost).toBe(false)
})
