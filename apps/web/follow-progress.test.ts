import { expect, test } from 'vitest'

import { followProgress, type ProgressStream } from './follow-progress.ts'

/** A stream that breaks after each of `parts`; the hub's answers in between come from `starting`. */
function scripted(parts: readonly (readonly string[])[], starting: readonly (boolean | 'down')[]) {
  const rest = { parts: [...parts], starting: [...starting] }
  const seen: unknown[] = []
  const waits: number[] = []
  const stop = new AbortController()
  const stream: ProgressStream = {
    read: async (onData) => {
      const part = rest.parts.shift()
      if (part === undefined) stop.abort()
      for (const text of part ?? []) onData(text)
    },
    stillStarting: async () => {
      const answer = rest.starting.shift() ?? true
      if (answer === 'down') throw new Error('no answer')
      return answer
    },
    sleep: async (ms) => void waits.push(ms),
  }
  const listener = {
    event: ({ message }: { message: string }) => seen.push(message),
    lost: () => seen.push('(lost)'),
    over: () => seen.push('(over)'),
  }
  const run = () => followProgress(stream, listener, stop.signal)
  return { run, seen, waits, left: rest.parts }
}

const event = (message: string, more = {}) => JSON.stringify({ progress: 1, message, ...more })

test('it ends with the event that says that the server is ready, and reads no further', async () => {
  const { run, seen, left } = scripted(
    [[event('a'), event('b', { ready: true }), event('c')], [event('d')]],
    [],
  )

  await run()

  expect(seen).toEqual(['a', 'b'])
  expect(left).toHaveLength(1)
})

test('a stream that breaks is opened again, quietly while the hub still answers', async () => {
  const { run, seen } = scripted([[event('a')], [event('b', { failed: true })]], [true])

  await run()

  expect(seen).toEqual(['a', 'b'])
})

test('while the hub is down it is asked later and later, and at once quicker when events come again', async () => {
  const down = Array.from({ length: 6 }, () => 'down' as const)
  const { run, waits, seen } = scripted(
    [[], [], [], [], [], [event('back')], [event('up', { ready: true })]],
    down,
  )

  await run()

  expect(waits).toEqual([500, 1000, 2000, 4000, 5000, 500])
  expect(seen.filter((what) => what !== '(lost)')).toEqual(['back', 'up'])
})

test('a start that ended unseen is told, and no longer followed', async () => {
  const { run, seen, left } = scripted([[event('a')], [event('b')]], [false])

  await run()

  expect(seen).toEqual(['a', '(over)'])
  expect(left).toHaveLength(1)
})

test('a line that is no event is passed over', async () => {
  const { run, seen } = scripted(
    [['{', '{"progress":"much"}', event('a'), event('b', { ready: true })]],
    [],
  )

  await run()

  expect(seen).toEqual(['a', 'b'])
})
