import { changeConfigFile } from '#core/config/change-file.ts'
import type { Edit } from '#core/config/edit.ts'
import type { ConfigReport } from '#core/contract/config.ts'
import type { Send } from '#core/contract/client.ts'

import { applyNow } from './config-hub.ts'
import { CommandError } from './operator.ts'

/** Changes the file, has the running hub take it on, and says what came of it. A change that the hub refuses is taken back. */
export async function changeSettings({
  file,
  edit,
  by,
  name,
  done,
  send,
}: {
  readonly file: string
  readonly edit: Edit
  readonly by: string
  readonly name: string
  /** What was done, in words; by default that the setting was changed. */
  readonly done?: string
  readonly send: () => Send
}): Promise<void> {
  const { changed, left, takeBack } = changeConfigFile(file, edit, { by })
  if (!changed) return console.log(`${name}: it was so already; nothing was changed.`)
  if (left.length > 0) {
    console.log(`${name} is changed in ${file}.`)
    throw new CommandError(
      `The file still cannot be used:\n${left.map((mistake) => `  ${mistake}`).join('\n')}`,
    )
  }
  const report = await applyNow(send(), file)
  if (report?.refusal) {
    takeBack()
    await applyNow(send(), file)
    throw new CommandError(
      `Nothing was changed, because the running hub refuses it: ${report.refusal.message}`,
    )
  }
  console.log(`${done ?? `${name} is changed in ${file}.`} ${whenInForce(report, name)}`)
}

function whenInForce(report: ConfigReport | undefined, name: string): string {
  if (!report) return 'No hub runs on it: it counts from the next start.'
  const { waiting, troubles } = report
  if (troubles.length > 0) return troubles.join(' ')
  if (waiting.some((each) => each === name || name.startsWith(`${each}.`)))
    return "It waits for the hub's next start."
  return waiting.length === 0
    ? 'It is in force now.'
    : `It is in force now. These wait for the hub's next start: ${waiting.join(', ')}.`
}
