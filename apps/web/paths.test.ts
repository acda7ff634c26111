import { expect, test } from 'vitest'

import { paths } from './paths.ts'

test('every address stands where bookmarks and scripts expect it', () => {
  expect([paths.home, paths.signIn, paths.signOut, paths.logo]).toEqual([
    '/hub/home',
    '/hub/login',
    '/hub/logout',
    '/hub/logo',
  ])
})

test('a name that needs it is quoted, and @ stays', () => {
  expect(paths.spawn('josé@uni.edu')).toBe('/hub/spawn/jos%C3%A9@uni.edu')
  expect(paths.spawn('a b')).toBe('/hub/spawn/a%20b')
})

test('the token of the progress stream cannot break out of its place', () => {
  expect(paths.progress('/hub/api/users/ada/server/progress', 'a&b=c')).toBe(
    '/hub/api/users/ada/server/progress?_xsrf=a%26b%3Dc',
  )
})
