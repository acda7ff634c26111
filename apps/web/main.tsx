import '@mantine/core/styles/baseline.css'
import '@mantine/core/styles/default-css-variables.css'
import '@mantine/core/styles/global.css'
import '@mantine/core/styles/UnstyledButton.css'
import '@mantine/core/styles/Button.css'
import '@mantine/core/styles/ActionIcon.css'
import '@mantine/core/styles/Loader.css'
import '@mantine/core/styles/Input.css'
import '@mantine/core/styles/PasswordInput.css'
import '@mantine/core/styles/Progress.css'
import './styles.css'

import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { FailureBoundary } from './failure-boundary.tsx'
import { pageDataOf } from './page-data.ts'
import { Page } from './routes.tsx'
import { theme, variables } from './theme.ts'

const queries = new QueryClient({
  // The hub may be on this very machine, which browsers know nothing of when they say that there is no network.
  defaultOptions: {
    queries: { networkMode: 'always', retry: 1 },
    mutations: { networkMode: 'always' },
  },
})

const root = document.querySelector('#root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <QueryClientProvider client={queries}>
          <FailureBoundary>
            <Page data={pageDataOf(document)} />
          </FailureBoundary>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
