import * as z from 'zod'

import { ShownAnnouncement } from './announcement.ts'
import { ServerBody } from './models.ts'

/** Who is signed in, as the page's header shows. */
const Viewer = z.object({
  name: z.string(),
  admin: z.boolean(),
  console: z.boolean().describe("whether the operator's pages are open to him (scope admin-ui)"),
})

/** The first admin chooses a name and a password. The one-time code is in the address's fragment. */
const SetUp = z.object({
  page: z.literal('set-up'),
  open: z.boolean().describe('false: an admin exists already, the link is void'),
})

/** A person whose account was made by an admin chooses a first password. The code is in the fragment. */
const SignUp = z.object({ page: z.literal('sign-up') })

const SignIn = z.object({
  page: z.literal('sign-in'),
  action: z.string().describe('address that the form is posted to: username, password, _xsrf'),
  name: z.string().describe('what was typed before'),
  error: z.string().nullable(),
  retry_after: z.int().nullable().describe('seconds until the next try is let through'),
  insecure: z
    .boolean()
    .describe('the page came over plain http from somewhere that is not this machine'),
})

const SignedOut = z.object({ page: z.literal('signed-out') })

const Home = z.object({
  page: z.literal('home'),
  server: ServerBody,
  named: z.array(ServerBody),
  named_allowed: z.boolean(),
  services: z
    .array(z.object({ name: z.string(), url: z.string() }))
    .describe('those with pages that are to be listed, and that the viewer may use'),
  walls: z
    .array(z.object({ wall: z.string(), held: z.boolean(), why: z.string() }))
    .describe('what keeps one server from the others; shown to admins in full'),
  isolated: z
    .boolean()
    .describe('false: notebooks run as the hub itself and nothing keeps them apart'),
})

/** What is asked before a server starts, as the settings say. */
const Spawn = z.object({
  page: z.literal('spawn'),
  owner: z.string(),
  server: ServerBody,
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      help: z.string(),
      type: z.enum(['text', 'number', 'choice', 'multi', 'boolean']),
      choices: z.array(z.object({ value: z.string(), label: z.string() })),
      min: z.number().nullable(),
      max: z.number().nullable(),
      longest: z.int().nullable(),
      value: z.array(z.string()).describe('what was chosen before, or just now'),
    }),
  ),
  action: z
    .string()
    .describe('address that the form is posted to: the fields, _form (any text), _xsrf'),
  error: z.string().nullable(),
})

/** A server is on its way up; the page follows the event stream and goes to `next` when it is ready. */
const Starting = z.object({
  page: z.literal('starting'),
  owner: z.string(),
  server: ServerBody,
  next: z.string(),
})

/** A server does not run: never started, stopped, or failed with a reason. Offers to start it. */
const Stopped = z.object({
  page: z.literal('stopped'),
  owner: z.string(),
  server: ServerBody,
  next: z.string(),
  start: z.string().describe('address that the start form is posted to, with _xsrf'),
})

/** A server is being stopped; the page waits for it and then offers to start it. */
const Stopping = z.object({
  page: z.literal('stopping'),
  owner: z.string(),
  server: ServerBody,
  next: z.string(),
})

const ErrorPage = z.object({
  page: z.literal('error'),
  status: z.int(),
  title: z.string(),
  message: z.string(),
  hint: z.string().describe('what the person can do'),
  id: z.string().nullable().describe("finds the entry in the hub's log"),
})

/** A program, or somebody else's server, asks to act for the person who is signed in. */
const Consent = z.object({
  page: z.literal('consent'),
  client: z.string().describe('what asks, in words'),
  owner: z.string().nullable(),
  scopes: z.array(
    z.object({
      scope: z.string(),
      description: z.string(),
      needed: z.boolean().describe('false: it can be left out'),
    }),
  ),
  action: z.string().describe('address that the form is posted to: scopes (repeated), _xsrf'),
})

/** Somebody offers to share a server of his with whoever has the code. */
const AcceptShare = z.object({
  page: z.literal('accept-share'),
  owner: z.string(),
  server: z.string(),
  ready: z.boolean(),
  rights: z.array(z.object({ scope: z.string(), description: z.string() })),
  code: z.string(),
  action: z.string().describe('address that the form is posted to: code, _xsrf'),
})

/** The operator's page of people. What somebody may not do is not offered to him. */
const People = z.object({
  page: z.literal('people'),
  may: z.object({
    add: z.boolean(),
    change: z.boolean(),
    /** Making admins, and taking the rights away. */
    admins: z.boolean(),
    remove: z.boolean(),
    /** Making links under which passwords are chosen; never where the hub keeps no passwords. */
    links: z.boolean(),
    /** Ending the sessions of others. */
    sessions: z.boolean(),
    start: z.boolean(),
    stop: z.boolean(),
    open: z.boolean(),
  }),
})

/** The operator's page of groups. */
const Groups = z.object({
  page: z.literal('groups'),
  may: z.object({ add: z.boolean(), change: z.boolean(), remove: z.boolean() }),
})

/** A person's own tokens and sessions. */
const Credentials = z.object({
  page: z.literal('credentials'),
  scopes: z.array(z.string()).describe('what he holds: a token may be made for any of it'),
  longest: z.int().nullable().describe('seconds that a token may live at most; null: for ever'),
  password: z
    .boolean()
    .describe('whether the hub keeps his password, so that he can change it here'),
})

const Shared = z.object({
  viewer: Viewer.nullable(),
  xsrf: z.string().describe('goes into each form as `_xsrf`, or into the header X-XSRFToken'),
  version: z.string(),
  announcement: ShownAnnouncement.nullable().describe('what everybody is told at the moment'),
})

/** What the hub puts into a page's shell as JSON; the web application draws the page from it. */
export const PageData = z.intersection(
  Shared,
  z.discriminatedUnion('page', [
    SetUp,
    SignUp,
    SignIn,
    SignedOut,
    Home,
    Spawn,
    Starting,
    Stopped,
    Stopping,
    ErrorPage,
    Consent,
    AcceptShare,
    People,
    Groups,
    Credentials,
  ]),
)
export type PageData = z.infer<typeof PageData>
export type PageOf<Name extends PageData['page']> = Extract<PageData, { page: Name }>
/** What a handler gives; the rest is filled in where pages are drawn. */
export type PageBody =
  z.infer<typeof PageData> extends infer P
    ? P extends unknown
      ? Omit<P, 'viewer' | 'xsrf' | 'version' | 'announcement'>
      : never
    : never

/** The id of the script element that holds the page's data. */
export const PAGE_DATA_ID = 'page-data'
