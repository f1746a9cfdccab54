/** A vendor's own offer: verifies its receipt in this browser as soon as the page is there. */
import { startIsland } from '../browser/island.ts'

startIsland('own-bid', (root) => {
  root.querySelector('[data-off]')?.remove()
  void import('../browser/show-bid.ts').then(({ showBid }) => showBid(root))
})
