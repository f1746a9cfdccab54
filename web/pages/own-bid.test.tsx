import { renderToString } from 'preact-render-to-string'
import { describe, expect, test } from 'vitest'
import { legalOf, realOf } from '../../procurement/index.ts'
import { createRecord } from '../../tests/record-builder.ts'
import { ownBidView } from '../views/own-bid.ts'
import type { OwnBid } from '../views/own-bids.ts'
import { OwnBidPage } from './own-bid.tsx'

const context = { assets: { styles: { href: '/main.css', integrity: 'x' }, islands: {} } }
const builder = createRecord().toOpen()

function htmlOf(bids: OwnBid[], now = builder.at): string {
  const { open } = builder.state
  const view = ownBidView({
    file: open,
    bids,
    results: [],
    org: 'Bureau of Parks',
    now,
    legalNow: legalOf({ open }, now),
    realOf: (legal) => realOf({ open }, legal),
  })
  return renderToString(<OwnBidPage view={view} context={context} />)
}

const bid = (seq: number, status: OwnBid['status']): OwnBid => ({
  commitHash: 'ABCDEFGH'[seq]?.repeat(42).concat('A') ?? '',
  index: 70 + seq,
  lot: 'main',
  envelope: 'main',
  seq,
  status,
  arrived: '2026-01-26T17:06:41.218402Z',
})

describe('the page of one’s own quotation', () => {
  test('looks like no success before a browser has verified the receipt', () => {
    const html = htmlOf([bid(1, 'counts')])
    expect(html).not.toContain('is recorded')
    expect(html).not.toMatch(/tb-result--|tb-recorded|tb-check--passed/)
    expect(html).toContain('What stands above is the server’s word.')
  })

  test('says which version counts, until when it can be changed, and how', () => {
    const html = htmlOf([bid(1, 'replaced'), bid(2, 'counts')])
    expect(html).toContain('This one, version 2.')
    expect(html).toContain('It no longer counts.')
    expect(html).toContain('You can change it until')
    expect(html).toContain('Replace my quotation')
    expect(html).toContain('Withdraw my quotation')
    expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|undefined|\[object/)
  })

  test('says of a withdrawn one that it does not count, and offers to send another', () => {
    const html = htmlOf([bid(1, 'withdrawn')])
    expect(html).toContain('you have withdrawn it')
    expect(html).toContain('Prepare a quotation')
    expect(html).not.toContain('Withdraw my quotation')
  })

  test('of a late one says that it is not opened', () => {
    expect(htmlOf([bid(1, 'late')])).toContain('it came too late')
  })

  test('after the deadline offers no change', () => {
    const html = htmlOf([bid(1, 'counts')], realOf(builder.state, '2026-01-28T21:00:00.000000Z'))
    expect(html).not.toContain('Replace my quotation')
    expect(html).not.toContain('You can change it until')
  })

  test('without a quotation says so', () => {
    expect(htmlOf([])).toContain('You have not sent a quotation')
  })
})
