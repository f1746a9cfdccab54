/** Verifies one entry in the browser. The code that does it is loaded when somebody asks for it. */
import { mountPanel } from '../browser/panel.ts'

mountPanel('verify-entry', async (source) =>
  (await import('../browser/check-entry.ts')).checkEntry(source),
)
