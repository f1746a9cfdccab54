/** Verifies a whole procurement in the browser. The code that does it is loaded when somebody asks for it. */
import { mountPanel } from '../browser/panel.ts'

mountPanel('verify-procurement', async (source) =>
  (await import('../browser/check-procurement.ts')).checkProcurement(source),
)
