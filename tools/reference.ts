import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { REFERENCE, ROOT } from './reference-pages.ts'

// Writes the pages of docs/reference that are made from the code: `node tools/reference.ts`.
for (const { file, make } of REFERENCE) writeFileSync(join(ROOT, file), make())
