import '@mantine/core/styles.css'
import './styles.css'

import { createTheme, MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { pageDataOf } from './page-data.ts'
import { Page } from './routes.tsx'

const theme = createTheme({
  primaryColor: 'cyan',
  // White on it is readable in both schemes.
  primaryShade: 9,
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  respectReducedMotion: true,
})

const root = document.querySelector('#root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <QueryClientProvider client={new QueryClient()}>
          <Page data={pageDataOf(document)} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
