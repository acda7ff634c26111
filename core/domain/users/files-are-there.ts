import { HubError } from '../errors.ts'

/** The refusal of a name that somebody had who was removed and left files. */
export function filesAreThere(name: string): HubError {
  return new HubError(
    'already_exists',
    `somebody named ${name} was removed, and the files are still there. Say whose they are: bulkhead user add ${name} --adopt gives them to the new person, --fresh moves them aside.`,
  )
}
