import { Alert } from '@mantine/core'

/** Where a form says what is wrong. Its room is always there, so nothing jumps; screen readers hear it at once. */
export function Said({ error }: { readonly error: string | null }) {
  return (
    <div className="said" role="alert">
      {error !== null && (
        <Alert
          color="red"
          variant="light"
          p="xs"
          styles={{ message: { color: 'light-dark(#862e2e, #ffc9c9)' } }}
        >
          {error}
        </Alert>
      )}
    </div>
  )
}
