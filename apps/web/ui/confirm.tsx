import { Button, Modal } from '@mantine/core'
import type { ReactNode } from 'react'

interface ConfirmProps {
  readonly opened: boolean
  readonly title: string
  /** What the button says that does it. */
  readonly action: string
  readonly onConfirm: () => void
  readonly onClose: () => void
  readonly children: ReactNode
}

/** Asks before something is done that cannot be taken back. */
export function Confirm({ opened, title, action, onConfirm, onClose, children }: ConfirmProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className="stack">
        <p>{children}</p>
        <div className="actions">
          <Button
            color="red"
            onClick={() => {
              onClose()
              onConfirm()
            }}
          >
            {action}
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  )
}
