import { expect, test } from 'vitest'

import { ConnectionLost, isBeaten, readPostgresError } from './postgres-error.ts'

const answered = (code: string) => Object.assign(new Error('no'), { severity: 'ERROR', code })

test.each([
  ['53100', /no room left\. Is its disk full/, undefined],
  ['53300', /takes no more connections/, 2],
  ['57P01', /is being restarted/, 2],
  ['57P03', /is being started/, 2],
  ['57014', /took too long/, 2],
  ['40P01', /wrote the same at once/, 2],
  ['08006', /connection to the database broke/, 2],
  ['28P01', /refuses the hub/, undefined],
  ['3D000', /no such database/, undefined],
  ['42501', /may not do that/, undefined],
  ['XX001', /damaged/, undefined],
])('%s is told in the hub’s words, and whether it passes', (code, message, retryAfter) => {
  expect(readPostgresError(answered(code))).toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(message),
    retryAfter,
  })
})

test('a connection that broke passes', () => {
  expect(readPostgresError(new ConnectionLost(new Error('ECONNRESET')))).toMatchObject({
    code: 'unavailable',
    retryAfter: 2,
  })
})

test('a name that is taken and a person who is not there are not troubles of the database', () => {
  expect(readPostgresError(answered('23505'))).toBe('taken')
  expect(readPostgresError(answered('23503'))).toBe('no owner')
  expect(readPostgresError(answered('22021'))).toMatchObject({ code: 'invalid' })
})

test('a mistake of ours, and what is no word of the database’s, stay what they are', () => {
  expect(readPostgresError(answered('42601'))).toBeUndefined()
  expect(readPostgresError(new TypeError('undefined is not a function'))).toBeUndefined()
  expect([isBeaten(answered('40001')), isBeaten(answered('23505'))]).toEqual([true, false])
})
