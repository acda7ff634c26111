import { expect, test } from 'vitest'

import { paths } from './paths.ts'

test('every address stands where bookmarks and scripts expect it', () => {
  const plain = Object.entries(paths).filter(([, path]) => typeof path === 'string')

  expect(Object.fromEntries(plain)).toEqual({
    home: '/hub/home',
    people: '/hub/admin',
    groups: '/hub/admin/groups',
    credentials: '/hub/token',
    signIn: '/hub/login',
    signOut: '/hub/logout',
    logo: '/hub/static/logo.svg',
  })
  expect(paths.spawn('ada')).toBe('/hub/spawn/ada')
  expect(paths.spawnPending('ada')).toBe('/hub/spawn-pending/ada')
})

test('a name that needs it is quoted, and @ stays', () => {
  expect(paths.spawn('josé@uni.edu')).toBe('/hub/spawn/jos%C3%A9@uni.edu')
  expect(paths.spawnPending('a b/../c')).toBe('/hub/spawn-pending/a%20b%2F..%2Fc')
})

test('where to go next cannot break out of its place', () => {
  expect(paths.spawn('ada', '/user/ada/lab?a=1&b=2#c')).toBe(
    '/hub/spawn/ada?next=%2Fuser%2Fada%2Flab%3Fa%3D1%26b%3D2%23c',
  )
  expect(paths.signInAgain('/hub/home')).toBe('/hub/login?next=%2Fhub%2Fhome')
})

test('the token of the progress stream cannot break out of its place', () => {
  expect(paths.progress('/hub/api/users/ada/server/progress', 'a&b=c')).toBe(
    '/hub/api/users/ada/server/progress?_xsrf=a%26b%3Dc',
  )
})
