import { Button, Text } from '@mantine/core'

import type { PageOf } from '#core/contract/pages.ts'

import { paths } from '../paths.ts'
import { Frame } from '../ui/frame.tsx'

export function SignedOutPage({ data }: { readonly data: PageOf<'signed-out'> }) {
  return (
    <Frame title="You are signed out" viewer={data.viewer} narrow>
      <Text mb="lg">
        Your server, if it runs, goes on running. Nothing of yours is open in this browser any more.
      </Text>
      <Button component="a" href={paths.signIn}>
        Sign in again
      </Button>
    </Frame>
  )
}
