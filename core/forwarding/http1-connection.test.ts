import { once } from 'node:events'

import { afterEach, describe, expect, test } from 'vitest'

import { Stage, type StageOptions } from './testing/stage.ts'

const stages: Stage[] = []
async function stage(options: StageOptions = {}): Promise<Stage> {
  const made = await new Stage(options).open()
  stages.push(made)
  return made
}
afterEach(() => {
  for (const each of stages.splice(0)) each.close()
})

/** A server that says what it was asked for, body and trailers included. */
async function telling(options: StageOptions = {}): Promise<Stage> {
  const made = await stage(options)
  await made.behind((incoming, outgoing) => {
    let body = ''
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
    incoming.once('end', () => {
      const { method, url, trailers } = incoming
      const text = `<${[method, url, body, ...Object.entries(trailers).flat()].join(' ').trim()}>`
      outgoing.writeHead(200, { 'content-length': text.length }).end(text)
    })
  })
  return made
}

const line = (rest: string, more = '') => `${rest} HTTP/1.1\r\nHost: hub.example\r\n${more}\r\n`
const bodies = (text: string) => [...text.matchAll(/<[^>]*>/g)].map(([body]) => body)
const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)

describe('a client’s connection', () => {
  test('carries one request after the other', async () => {
    const made = await telling()
    const { socket, until } = made.speak()

    socket.write(line('GET /user/ada/1'))
    await until('<GET /user/ada/1>')
    socket.write(line('GET /user/ada/2'))
    await until('<GET /user/ada/2>')
    expect(made.front.connections).toBe(1)
  })

  test('answers requests that came at once in their order, each once', async () => {
    const { rawAsk } = bound(await telling())

    const answer = await rawAsk(
      line('GET /user/ada/1') +
        line('POST /user/ada/2', 'Content-Length: 3\r\n') +
        'abc' +
        line('POST /user/ada/3', 'Transfer-Encoding: chunked\r\n') +
        '2\r\nde\r\n0\r\n\r\n' +
        line('GET /elsewhere') +
        line('GET /user/ada/4', 'Connection: close\r\n') +
        line('GET /user/ada/never'),
    )

    expect(statuses(answer)).toEqual(['200', '200', '200', '404', '200'])
    expect(bodies(answer)).toEqual([
      '<GET /user/ada/1>',
      '<POST /user/ada/2 abc>',
      '<POST /user/ada/3 de>',
      '<GET /user/ada/4>',
    ])
  })

  test('ends behind a body that two programs may see end in different places', async () => {
    const { rawAsk } = bound(await telling())
    const odd = line('GET /user/ada/2', 'Transfer-Encoding: chunked\r\nConnection: keep-alive\r\n')

    const answer = await rawAsk(
      `${line('GET /user/ada/1')}${odd.replace('HTTP/1.1', 'HTTP/1.0')}0\r\n\r\n${line('GET /user/ada/3')}`,
    )

    expect(statuses(answer)).toEqual(['200', '501'])
  })

  test('is cut off where more come at once than anybody needs', async () => {
    const { rawAsk } = bound(await telling())

    expect(bodies(await rawAsk(line('GET /user/ada/1').repeat(500)))).toEqual([])
  })

  test.each([
    ['no line', 'NONSENSE\r\n\r\n'],
    [
      'two lengths',
      line('POST /user/ada/bad', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
    ],
    ['no chunk', `${line('POST /user/ada/bad', 'Transfer-Encoding: chunked\r\n')}zz\r\n`],
  ])(
    'says what was wrong with a request behind the answers to those before it: %s',
    async (_what, bad) => {
      const heard: (string | undefined)[] = []
      const made = await stage()
      await made.behind((incoming, outgoing) => {
        heard.push(incoming.url)
        outgoing.end(`<${incoming.url}>`)
      })

      const answer = await made.rawAsk(line('GET /user/ada/1') + bad + line('GET /user/ada/2'))

      expect(statuses(answer)).toEqual(['200', '400'])
      expect(answer.indexOf('</user')).toBeLessThan(answer.indexOf('400'))
      expect(heard).toEqual(['/user/ada/1'])
    },
  )

  test('is closed after a refusal of a request whose body is still to come, which is not taken for requests', async () => {
    const { rawAsk } = bound(await telling())

    const answer = await rawAsk(
      line('POST /elsewhere', 'Content-Length: 100\r\n') + line('GET /user/ada/hidden'),
    )

    expect(statuses(answer)).toEqual(['404'])
    expect(answer).toContain('Connection: close')
  })

  test('is closed after an early answer, though the client goes on with its body for ever', async () => {
    const { socket, closed } = (await telling()).speak()
    socket.write(line('POST /elsewhere', 'Content-Length: 100000000\r\n'))
    const more = setInterval(() => socket.write('x'.repeat(100)), 20)

    expect(statuses(await closed)).toEqual(['404'])
    clearInterval(more)
  })

  test('that is ended by the client after its request still gets the answer', async () => {
    const made = await stage()
    await made.behind((incoming, outgoing) => {
      incoming.resume()
      setTimeout(() => outgoing.end('<late>'), 50)
    })
    const { socket, closed } = made.speak()

    socket.end(line('GET /user/ada/'))

    expect(bodies(await closed)).toEqual(['<late>'])
  })

  test('of HTTP/1.0 gets its answer in no chunks and is closed, unless it asks to be kept', async () => {
    const made = await stage()
    await made.behind((incoming, outgoing) => {
      if (incoming.url === '/user/ada/known') outgoing.setHeader('content-length', '3')
      outgoing.write('<1')
      outgoing.end('>')
    })
    const old = (path: string, more = '') =>
      `GET ${path} HTTP/1.0\r\nHost: hub.example\r\n${more}\r\n`

    const answer = await made.rawAsk(old('/user/ada/'))
    expect(answer).not.toMatch(/chunked/i)
    expect(answer).toMatch(/Connection: close\r\n/)
    expect(answer.endsWith('\r\n\r\n<1>')).toBe(true)

    const { socket, until } = made.speak()
    const kept = 'Connection: keep-alive\r\n'
    socket.write(old('/user/ada/known', kept))
    await until('Connection: keep-alive')
    socket.write(old('/user/ada/known', kept) + old('/user/ada/known'))
    await once(socket, 'close')
  })

  test.each([
    ['GET http://hub.example/user/ada/x?y HTTP/1.1\r\nHost: HUB.example\r\n\r\n', '200'],
    ['GET http://other.example/user/ada/x HTTP/1.1\r\nHost: hub.example\r\n\r\n', '400'],
    ['GET http://u:p@hub.example/user/ada/x HTTP/1.1\r\nHost: hub.example\r\n\r\n', '400'],
    ['OPTIONS * HTTP/1.1\r\nHost: hub.example\r\n\r\n', '400'],
    ['GET /user/ada/ HTTP/1.1\r\nHost: hub.example/x\r\n\r\n', '400'],
    ['GET /user/ada/ HTTP/1.2\r\nHost: hub.example\r\n\r\n', '505'],
    ['POST /user/ada/ HTTP/1.0\r\nHost: hub.example\r\nTransfer-Encoding: chunked\r\n\r\n', '501'],
    [line('POST /user/ada/', 'Transfer-Encoding: gzip, chunked\r\n'), '501'],
    [
      line('POST /user/ada/', 'Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n'),
      '501',
    ],
    [line('GET /user/ada/', 'A: b\r\n'.repeat(101)), '431'],
    [line('GET /user/ada/', `A: ${'b'.repeat(33_000)}\r\n`), '431'],
    [line('POST /user/ada/', 'Connection: upgrade\r\nUpgrade: websocket\r\n'), '400'],
    [line('TRACE /user/ada/'), '405'],
  ])('that says %j gets %s', async (text, status) => {
    const { rawAsk } = bound(await telling())

    const answer = await rawAsk(text.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))

    expect(statuses(answer)).toEqual([status])
  })
})

describe('a body', () => {
  test('with trailers keeps those that do no harm', async () => {
    const { rawAsk } = bound(await telling())

    const answer = await rawAsk(
      line('POST /user/ada/', 'Transfer-Encoding: chunked\r\nConnection: close\r\n') +
        '1\r\na\r\n0\r\nDigest: x\r\nHost: evil\r\nCookie: a=b\r\nX_Forwarded_For: 6.6.6.6\r\n\r\n',
    )

    expect(bodies(answer)).toEqual(['<POST /user/ada/ a digest x>'])
  })

  test('that the server asks for is asked of the client, and one that it does not want is not', async () => {
    const made = await stage()
    const server = await made.behind((incoming, outgoing) => {
      incoming.resume().once('end', () => outgoing.end('<whole>'))
    })
    server.on('checkContinue', (incoming, outgoing) => {
      if (incoming.url === '/user/ada/no') return outgoing.writeHead(413).end('<no>')
      outgoing.writeContinue()
      server.emit('request', incoming, outgoing)
    })
    const expecting = (path: string) =>
      line(`POST ${path}`, 'Expect: 100-continue\r\nContent-Length: 3\r\n')

    const wanted = made.speak()
    wanted.socket.write(expecting('/user/ada/yes'))
    await wanted.until('HTTP/1.1 100 ')
    wanted.socket.write('abc')
    await wanted.until('<whole>')

    const answer = await made.rawAsk(expecting('/user/ada/no'))
    expect(statuses(answer)).toEqual(['413'])
    expect(answer).toContain('Connection: close')
  })

  test('in an upload larger than any buffer goes through whole, while the server takes its time', async () => {
    const made = await stage()
    await made.behind((incoming, outgoing) => {
      let length = 0
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        incoming.pause()
        setImmediate(() => incoming.resume())
      })
      incoming.once('end', () => outgoing.end(`<${length}>`))
    })

    const { text } = await made.ask('/user/ada/', { method: 'PUT', body: 'x'.repeat(20_000_000) })

    expect(text).toBe('<20000000>')
  })

  test.each([
    ['large', 1024 * 1024, 'x'],
    ['small', 8000, 'y'],
  ])(
    'in a download in %s pieces waits for a client that takes its time',
    async (_kind, size, letter) => {
      const made = await stage()
      const piece = Buffer.alloc(size, letter)
      const whole = 40 * 1024 * 1024
      let written = 0
      await made.behind((_incoming, outgoing) => {
        const more = () => {
          while (written < whole) {
            written += size
            if (!outgoing.write(piece)) return void outgoing.once('drain', more)
          }
          outgoing.end()
        }
        more()
      })
      const { socket, closed } = made.speak()
      socket.pause()
      socket.write(line('GET /user/ada/', 'Connection: close\r\n'))
      for (let before = -1; before !== written;) {
        before = written
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      expect(written).toBeLessThan(30 * 1024 * 1024)

      socket.resume()
      const received = await closed
      expect(received.length).toBeGreaterThan(whole)
      expect(received.endsWith('0\r\n\r\n')).toBe(true)
    },
  )
})

describe('time', () => {
  const limits = { headMs: 100, idleMs: 100, bodyStallMs: 100, writeStallMs: 200 }

  test('for a head is limited, however it trickles', async () => {
    const made = await telling({ limits: { ...limits, bodyStallMs: 60_000 } })
    const { socket, closed } = made.speak()
    socket.write('GET /user/ada/ HTTP/1.1\r\n')
    const trickle = setInterval(() => socket.write('A: b\r\n'), 20)

    expect(statuses(await closed)).toEqual(['408'])
    clearInterval(trickle)
  })

  test('between requests is limited, and the connection is closed without a word', async () => {
    const made = await telling({ limits })

    const answer = await made.rawAsk(line('GET /user/ada/'))

    expect(statuses(answer)).toEqual(['200'])
  })

  test('for a body that does not come is limited, and for one that does it is not', async () => {
    const made = await telling({ limits })
    expect(
      statuses(await made.rawAsk(line('POST /user/ada/', 'Content-Length: 9\r\n') + 'x')),
    ).toEqual(['408'])

    const { socket, until } = made.speak()
    socket.write(line('POST /user/ada/', 'Content-Length: 9\r\n'))
    for (let i = 0; i < 9; i++) {
      await new Promise((resolve) => setTimeout(resolve, 40))
      socket.write('x')
    }
    await until('<POST /user/ada/ xxxxxxxxx>')
  })

  test('for an answer that is not taken is limited', async () => {
    const made = await stage({ limits })
    await made.behind((_incoming, outgoing) => outgoing.end(Buffer.alloc(40_000_000)))
    const { socket, closed } = made.speak()
    socket.pause()
    socket.write(line('GET /user/ada/'))
    while (made.front.connections === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    while (made.front.connections > 0) await new Promise((resolve) => setTimeout(resolve, 20))

    socket.resume()
    expect((await closed).length).toBeLessThan(40_000_000)
  })

  test('for the server’s answer is limited as it is set', async () => {
    const made = await stage({ limits: { silenceMs: 100 } })
    await made.rawBehind(() => undefined)

    expect((await made.ask('/user/ada/')).status).toBe(503)
  })
})

describe('draining', () => {
  test('ends what is idle at once, lets what is under way come to its end, and takes nothing new', async () => {
    const made = await stage()
    let finish: () => void = () => undefined
    const asked = new Promise<void>((resolve) => {
      void made.behind((_incoming, outgoing) => {
        outgoing.write('<begun')
        finish = () => outgoing.end('>')
        resolve()
      })
    })
    const idle = made.speak()
    while (made.front.connections === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    const busy = made.speak()
    busy.socket.write(line('GET /user/ada/'))
    await asked
    await busy.until('<begun')
    expect(made.front.connections).toBe(2)

    const drained = made.front.drain()
    expect(await idle.closed).toBe('')
    busy.socket.write(line('GET /user/ada/again'))
    finish()

    expect(statuses(await busy.closed)).toEqual(['200'])
    expect(await made.rawAsk(line('GET /user/ada/'))).toBe('')
    await drained
    expect(made.front.connections).toBe(0)
  })
})

function bound(made: Stage) {
  return { rawAsk: (text: string) => made.rawAsk(text) }
}
