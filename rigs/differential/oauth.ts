import { call, type Case } from './case.ts'

const CLIENT = 'client_id=jupyterhub-user-ann'
const BACK = 'redirect_uri=%2Fuser%2Fann%2Foauth_callback'
const authorize = (query: string) => `GET /oauth2/authorize?${query}`
const form = (fields: Record<string, string>) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  // A brace names what was remembered, so it stays as it is.
  body: Object.entries(fields)
    .map(([name, value]) => `${name}=${value.startsWith('{') ? value : encodeURIComponent(value)}`)
    .join('&'),
})
const WHOLE = {
  client_id: 'jupyterhub-user-ann',
  client_secret: '{server-secret}',
  grant_type: 'authorization_code',
  code: 'nonsense',
  redirect_uri: '/user/ann/oauth_callback',
}

/** `/oauth2/authorize` and `/oauth2/token`. */
export const oauth: readonly Case[] = [
  call('nobody', authorize(`${CLIENT}&${BACK}&response_type=code&state=s`)),
  call('ann by cookie', authorize(`${CLIENT}&${BACK}&response_type=code&state=s`)),
  call('ben by cookie', authorize(`${CLIENT}&${BACK}&response_type=code&state=s`)),
  call('ada by cookie', authorize(`${CLIENT}&${BACK}&response_type=code&state=s`)),
  call('ann by cookie', authorize('')),
  call('ann by cookie', authorize(`client_id=nothing&${BACK}&response_type=code`)),
  call(
    'ann by cookie',
    authorize(`${CLIENT}&redirect_uri=http%3A%2F%2Fevil.example&response_type=code`),
  ),
  call('ann by cookie', authorize(`${CLIENT}&${BACK}&response_type=token`)),
  call('ann by cookie', authorize(`${CLIENT}&${BACK}`)),
  call('ann by cookie', authorize(`${CLIENT}&${BACK}&response_type=code&scope=nonsense`)),
  call('ann by cookie', authorize(`${CLIENT}&${BACK}&response_type=code&scope=identify`)),
  call('nobody', 'POST /oauth2/token'),
  call('nobody', 'GET /oauth2/token'),
  call('nobody', 'POST /oauth2/token', form(WHOLE)),
  call('server', 'POST /oauth2/token', form(WHOLE)),
  call('nobody', 'POST /oauth2/token', form({ ...WHOLE, client_secret: 'wrong' })),
  call('nobody', 'POST /oauth2/token', form({ ...WHOLE, client_id: 'nothing' })),
  call('nobody', 'POST /oauth2/token', form({ ...WHOLE, grant_type: 'password' })),
  call('nobody', 'POST /oauth2/token', form({ ...WHOLE, grant_type: 'refresh_token' })),
]
