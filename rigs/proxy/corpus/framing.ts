import {
  broken,
  get,
  lines,
  passed,
  post,
  refused,
  type RequestCase,
  SMUGGLED,
} from './request-case.ts'

const CHUNKED = 'Transfer-Encoding: chunked'
const POSTED = { method: 'POST', target: '/user/ada/x' }
/** An empty chunked body, then a request: two requests to whoever counts chunks, one to whoever counts bytes. */
const NONE_THEN_SMUGGLED = `0\r\n\r\n${SMUGGLED}`
const LONG = `Content-Length: ${NONE_THEN_SMUGGLED.length}`

const twoLengths: readonly RequestCase[] = [
  refused('Content-Length, then Transfer-Encoding', post([LONG, CHUNKED], NONE_THEN_SMUGGLED)),
  refused('Transfer-Encoding, then Content-Length', post([CHUNKED, LONG], NONE_THEN_SMUGGLED)),
  refused(
    'both, in other cases',
    post(['tRANSFER-eNCODING: CHUNKED', 'cONTENT-lENGTH: 5'], NONE_THEN_SMUGGLED),
  ),
  refused(
    'both, with a length of nought',
    post(['Content-Length: 0', CHUNKED], NONE_THEN_SMUGGLED),
  ),
  refused('both, in a GET', get(['Content-Length: 5', CHUNKED], NONE_THEN_SMUGGLED)),
  refused(
    'both, the length named by Connection',
    post(['Connection: Content-Length', LONG, CHUNKED]),
  ),
  refused(
    'two Content-Lengths that differ',
    post(['Content-Length: 5', 'Content-Length: 0'], 'hello'),
  ),
  refused(
    'two Content-Lengths that agree',
    post(['Content-Length: 5', 'Content-Length: 5'], 'hello'),
  ),
  refused('three Content-Lengths', post(Array<string>(3).fill('Content-Length: 0'))),
]

const oddLengths: readonly RequestCase[] = [
  ...[
    '+5',
    '-5',
    '5 5',
    '5,5',
    '5, 5',
    '0,5',
    '0x5',
    '5;',
    '5e0',
    '5.0',
    "'5'",
    '"5"',
    'five',
    '٥',
  ].map((value) =>
    refused(`Content-Length: ${value}`, post([`Content-Length: ${value}`], 'hello')),
  ),
  refused('an empty Content-Length', post(['Content-Length:'], SMUGGLED)),
  refused('a blank Content-Length', post(['Content-Length: \t '], SMUGGLED)),
  refused('a Content-Length of 2^53', post(['Content-Length: 9007199254740992'], SMUGGLED)),
  refused('a Content-Length of 2^64', post(['Content-Length: 18446744073709551616'], SMUGGLED)),
  refused('a Content-Length of 2^64 + 5', post(['Content-Length: 18446744073709551621'], 'hello')),
  refused('a Content-Length of 400 digits', post([`Content-Length: ${'9'.repeat(400)}`], 'hello')),
  refused(
    'a Content-Length with a byte beside its digits',
    post(['Content-Length: 5\u00a0'], 'hello'),
  ),
  refused('a Content-Length behind a vertical tab', post(['Content-Length: \u000b5'], 'hello')),
  refused('a Content-Length with NUL', post(['Content-Length: 5\0'], 'hello')),
  passed('Content-Length with zeros before it', post(['Content-Length: 0005'], 'hello'), {
    ...POSTED,
    body: 'hello',
  }),
  passed('Content-Length between blanks', post(['Content-Length: \t 5 \t'], 'hello'), {
    ...POSTED,
    body: 'hello',
  }),
  passed(
    'a body of exactly its length, then a request',
    post(['Content-Length: 5'], `hello${SMUGGLED}`),
    { ...POSTED, body: 'hello' },
    { method: 'GET', target: '/user/ada/smuggled' },
  ),
  passed('a request inside a body', post([`Content-Length: ${SMUGGLED.length}`], SMUGGLED), {
    ...POSTED,
    body: SMUGGLED,
  }),
  { name: 'a body that does not come', bytes: post(['Content-Length: 50'], 'hello'), begun: true },
  {
    name: 'a body of nearly 2^53 bytes that does not come',
    bytes: post(['Content-Length: 9007199254740991'], 'hello'),
    begun: true,
  },
  passed('a GET with a body', get(['Content-Length: 5'], 'hello'), {
    method: 'GET',
    body: 'hello',
  }),
  passed(
    'a HEAD with a body, then a request',
    `${lines('HEAD /user/ada/x HTTP/1.1', 'Host: hub.example', 'Content-Length: 5')}\r\nhello${SMUGGLED}`,
    { method: 'HEAD', body: 'hello' },
    { target: '/user/ada/smuggled' },
  ),
  passed(
    'a DELETE with chunks, then a request',
    `${lines('DELETE /user/ada/x HTTP/1.1', 'Host: hub.example', CHUNKED)}\r\n5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`,
    { method: 'DELETE', body: 'hello' },
    { target: '/user/ada/smuggled' },
  ),
  passed(
    'a POST without a length, then a request',
    post([], SMUGGLED),
    { ...POSTED, body: '' },
    {
      target: '/user/ada/smuggled',
    },
  ),
]

const codings: readonly RequestCase[] = [
  ...[
    'xchunked',
    'chunkedx',
    'chunked, identity',
    'identity, chunked',
    'identity',
    'chunked, chunked',
    'chunked,',
    ',chunked',
    'chunked;q=1',
    '"chunked"',
    "'chunked'",
    'gzip',
    'gzip, chunked',
    'chunked, gzip',
    'chunked identity',
    'x chunked',
    'chun ked',
    'chunked\u000b',
    '\u000bchunked',
    'chunked\0',
    'chunked\u00a0',
    'cow',
    '',
    '\t',
    'deflate, chunked',
  ].map((value) =>
    refused(
      `Transfer-Encoding: ${JSON.stringify(value)}`,
      post([`Transfer-Encoding: ${value}`], NONE_THEN_SMUGGLED),
      400,
      501,
    ),
  ),
  refused('Transfer-Encoding twice', post([CHUNKED, CHUNKED], NONE_THEN_SMUGGLED), 400, 501),
  refused(
    'chunked, then identity, on two lines',
    post([CHUNKED, 'Transfer-Encoding: identity'], NONE_THEN_SMUGGLED),
    400,
    501,
  ),
  refused(
    'identity, then chunked, on two lines',
    post(['Transfer-Encoding: identity', CHUNKED], NONE_THEN_SMUGGLED),
    400,
    501,
  ),
  refused(
    'a length and an unknown coding',
    post([LONG, 'Transfer-Encoding: x'], NONE_THEN_SMUGGLED),
    400,
    501,
  ),
  refused(
    'chunked on a line of its own',
    post(['Transfer-Encoding:', ' chunked'], NONE_THEN_SMUGGLED),
  ),
  refused('a folded coding', post(['Transfer-Encoding: chun', '\tked'], NONE_THEN_SMUGGLED)),
  refused(
    'a space before the colon of Transfer-Encoding',
    post(['Transfer-Encoding : chunked'], NONE_THEN_SMUGGLED),
  ),
  refused(
    'a tab before the colon of Transfer-Encoding',
    post(['Transfer-Encoding\t: chunked'], NONE_THEN_SMUGGLED),
  ),
  refused(
    'a Transfer-Encoding behind a space',
    post([' Transfer-Encoding: chunked'], NONE_THEN_SMUGGLED),
  ),
  refused(
    'chunked in HTTP/1.0',
    `${lines('POST /user/ada/x HTTP/1.0', 'Host: hub.example', CHUNKED)}\r\n${NONE_THEN_SMUGGLED}`,
    400,
    501,
    505,
  ),
  refused(
    'chunked in HTTP/1.0 that is kept open',
    `${lines('POST /user/ada/x HTTP/1.0', 'Host: hub.example', 'Connection: keep-alive', CHUNKED)}\r\n${NONE_THEN_SMUGGLED}`,
    400,
    501,
    505,
  ),
  passed(
    'chunked behind blanks and in capitals',
    post(['Transfer-Encoding: \t CHUNKED'], '5\r\nhello\r\n0\r\n\r\n'),
    { ...POSTED, body: 'hello' },
  ),
  passed(
    'chunked with a blank behind it',
    post(['Transfer-Encoding: chunked '], '0\r\n\r\n'),
    POSTED,
  ),
  broken(
    'chunked with a tab behind it',
    post(['Transfer-Encoding: chunked\t'], NONE_THEN_SMUGGLED),
  ),
  passed(
    'a name that is like Transfer-Encoding, with a length',
    post(['Transfer_Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'),
    { ...POSTED, body: '0\r\n\r\n' },
  ),
  passed(
    'Content-Encoding is not Transfer-Encoding',
    post(['Content-Encoding: chunked', 'Content-Length: 5'], '0\r\n\r\n'),
    { ...POSTED, body: '0\r\n\r\n' },
  ),
  passed(
    'Transfer-Encoding named by Connection',
    post(['Connection: Transfer-Encoding', CHUNKED], `0\r\n\r\n${SMUGGLED}`),
    POSTED,
    { target: '/user/ada/smuggled' },
  ),
  passed(
    'Content-Length named by Connection',
    post(['Connection: close, Content-Length', `Content-Length: ${SMUGGLED.length}`], SMUGGLED),
    { ...POSTED, body: SMUGGLED },
  ),
]

const inChunks = (body: string) => post([CHUNKED], body)
const chunks: readonly RequestCase[] = [
  ...[
    '0x5',
    '+5',
    '-5',
    ' 5',
    '5 ',
    '5\t',
    '',
    '5g',
    'g',
    '5,5',
    '5 5',
    '5.',
    '"5"',
    '0x0',
    '5\u000b',
    '5\0',
    '\0',
    '5\u00a0',
    '10000000000000005',
    '100000000000000000000000000000005',
    `${'0'.repeat(40)}g`,
  ].map((size) =>
    broken(
      `a chunk size of ${JSON.stringify(size)}`,
      inChunks(`${size}\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
    ),
  ),
  broken('a chunk shorter than it says', inChunks(`8\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken('a chunk longer than it says', inChunks(`4\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken('a chunk without CR LF behind it', inChunks(`5\r\nhello0\r\n\r\n${SMUGGLED}`)),
  broken('a chunk with LF alone behind it', inChunks(`5\r\nhello\n0\r\n\r\n${SMUGGLED}`)),
  broken('a chunk with CR alone behind it', inChunks(`5\r\nhello\r0\r\n\r\n${SMUGGLED}`)),
  broken('a chunk with two other bytes behind it', inChunks(`5\r\nhelloxx0\r\n\r\n${SMUGGLED}`)),
  broken('a size with LF alone behind it', inChunks(`5\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken('a size with CR alone behind it', inChunks(`5\rhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken('a size with CR CR LF behind it', inChunks(`5\r\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken('a last chunk with LF alone behind it', inChunks(`5\r\nhello\r\n0\n\n${SMUGGLED}`)),
  broken('a last chunk of -0', inChunks(`5\r\nhello\r\n-0\r\n\r\n${SMUGGLED}`)),
  broken('LF alone at the end of the trailers', inChunks(`5\r\nhello\r\n0\r\n\n${SMUGGLED}`)),
  broken('an extension with LF alone in it', inChunks(`5;a\nb\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken('an extension with CR alone in it', inChunks(`5;a\rb\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken('an extension that ends in LF alone', inChunks(`5;a\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken(
    'a quoted extension with CR LF in it',
    inChunks(`5;a="\r\nhello"\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
  ),
  broken(
    'a quoted extension with LF alone in it',
    inChunks(`5;a="\n"\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
  ),
  broken('an extension with NUL', inChunks(`5;a=\0\r\nhello\r\n0\r\n\r\n${SMUGGLED}`)),
  broken(
    'an extension on the last chunk with LF alone',
    inChunks(`5\r\nhello\r\n0;\n\r\n\r\n${SMUGGLED}`),
  ),
  broken(
    'extensions of 64 KiB',
    inChunks(`5;${'a'.repeat(65_536)}\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
  ),
  passed(
    'extensions of 64 KiB in small pieces',
    inChunks(`${`1;${'a'.repeat(1000)}\r\nx\r\n`.repeat(64)}0\r\n\r\n`),
    { ...POSTED, body: 'x'.repeat(64) },
  ),
  passed(
    'sizes in capitals, small letters and with zeros before them',
    inChunks('0005\r\nhello\r\nA\r\n0123456789\r\na\r\n0123456789\r\n00\r\n\r\n'),
    { ...POSTED, body: 'hello01234567890123456789' },
  ),
  passed('an extension', inChunks('5;name=value\r\nhello\r\n0;last\r\n\r\n'), {
    ...POSTED,
    body: 'hello',
  }),
  passed('a quoted extension', inChunks('5;name="a; b \\" 7"\r\nhello\r\n0\r\n\r\n'), {
    ...POSTED,
    body: 'hello',
  }),
  passed(
    'chunks that hold a request',
    inChunks(`${SMUGGLED.length.toString(16)}\r\n${SMUGGLED}\r\n0\r\n\r\n`),
    { ...POSTED, body: SMUGGLED },
  ),
  passed(
    'chunks, then a request',
    inChunks(`5\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
    { ...POSTED, body: 'hello' },
    { target: '/user/ada/smuggled' },
  ),
  passed('a thousand chunks of a byte', inChunks(`${'1\r\nx\r\n'.repeat(1000)}0\r\n\r\n`), {
    ...POSTED,
    body: 'x'.repeat(1000),
  }),
  {
    name: 'a chunk of nearly 2^64 bytes that does not come',
    bytes: inChunks(`ffffffffffffffff\r\nhello\r\n0\r\n\r\n${SMUGGLED}`),
    begun: true,
  },
  { name: 'chunks that do not end', bytes: inChunks('5\r\nhello\r\n'), begun: true },
  {
    name: 'trailers that do not end',
    bytes: inChunks('5\r\nhello\r\n0\r\nX-Own: 1\r\n'),
    begun: true,
  },
]

const trailer = (name: string, field: string, status: 'left out' | 'broken') =>
  status === 'broken'
    ? broken(`a trailer ${name}`, inChunks(`5\r\nhello\r\n0\r\n${field}\r\n\r\n${SMUGGLED}`))
    : passed(
        `a trailer ${name} is not passed on`,
        inChunks(`5\r\nhello\r\n0\r\n${field}\r\n\r\n`),
        { ...POSTED, body: 'hello' },
      )
const trailers: readonly RequestCase[] = [
  trailer('Content-Length', 'Content-Length: 50', 'broken'),
  trailer('Host', 'Host: evil', 'left out'),
  trailer('Authorization', 'Authorization: token 1', 'left out'),
  trailer('Cookie', 'Cookie: a=1', 'left out'),
  trailer('X-Forwarded-For', 'X-Forwarded-For: 6.6.6.6', 'left out'),
  trailer('with a space before its colon', 'X-Own : 1', 'broken'),
  trailer('with a folded value', 'X-Own: 1\r\n 2', 'broken'),
  trailer('with LF alone', 'X-Own: 1\nX-Two: 2', 'broken'),
  trailer('with NUL', 'X-Own: 1\0', 'broken'),
  trailer('without a name', ': 1', 'broken'),
]

export const framing: readonly RequestCase[] = [
  ...twoLengths,
  ...oddLengths,
  ...codings,
  ...chunks,
  ...trailers,
]
