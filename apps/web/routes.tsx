import { lazy, Suspense } from 'react'

import type { PageData } from '#core/contract/pages.ts'

import { AcceptSharePage } from './pages/accept-share-page.tsx'
import { ConsentPage } from './pages/consent-page.tsx'
import { ErrorPage } from './pages/error-page.tsx'
import { HomePage } from './pages/home-page.tsx'
import { SetUpPage } from './pages/set-up-page.tsx'
import { SignInPage } from './pages/sign-in-page.tsx'
import { SignUpPage } from './pages/sign-up-page.tsx'
import { SignedOutPage } from './pages/signed-out-page.tsx'
import { SpawnPage } from './pages/spawn-page.tsx'
import { StartingPage } from './pages/starting-page.tsx'
import { StoppedPage } from './pages/stopped-page.tsx'
import { StoppingPage } from './pages/stopping-page.tsx'

/** What few people open is not part of what everybody loads. */
const PeoplePage = lazy(async () => ({
  default: (await import('./console/people-page.tsx')).PeoplePage,
}))
const GroupsPage = lazy(async () => ({
  default: (await import('./console/groups-page.tsx')).GroupsPage,
}))
const CredentialsPage = lazy(async () => ({
  default: (await import('./credentials/credentials-page.tsx')).CredentialsPage,
}))

/** Every page. Which one an address is, the hub decides; it says so in the page's data. */
export function Page({ data }: { readonly data: PageData }) {
  return <Suspense>{pageOf(data)}</Suspense>
}

function pageOf(data: PageData) {
  switch (data.page) {
    case 'set-up':
      return <SetUpPage data={data} />
    case 'sign-up':
      return <SignUpPage data={data} />
    case 'sign-in':
      return <SignInPage data={data} />
    case 'signed-out':
      return <SignedOutPage data={data} />
    case 'home':
      return <HomePage data={data} />
    case 'spawn':
      return <SpawnPage data={data} />
    case 'starting':
      return <StartingPage data={data} />
    case 'stopping':
      return <StoppingPage data={data} />
    case 'stopped':
      return <StoppedPage data={data} />
    case 'consent':
      return <ConsentPage data={data} />
    case 'accept-share':
      return <AcceptSharePage data={data} />
    case 'people':
      return <PeoplePage data={data} />
    case 'groups':
      return <GroupsPage data={data} />
    case 'credentials':
      return <CredentialsPage data={data} />
    case 'error':
      return <ErrorPage data={data} />
  }
}
