import { type ErrorCode, HubError } from '#core/domain/errors.ts'

/** What was refused: a right that is not held, a form that our own page did not make, a credential that does not hold. */
type RefusedAction = 'right.refused' | 'xsrf.refused' | 'credential.refused'

/** A refusal that belongs into the audit log. What is thrown as an ordinary error is not about rights. */
export class Refused extends HubError {
  readonly action: RefusedAction

  constructor(action: RefusedAction, code: ErrorCode, message: string) {
    super(code, message)
    this.action = action
  }
}
