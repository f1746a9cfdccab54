import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { obtainTemporal } from '../scripts/temporal.mjs'
import type { ClockDuty } from '../activities/view.ts'
import { procurementId } from './messages.ts'
import { openSmallTheatre, openTheatre, rehearse } from '../tests/workflow-rehearsal.ts'
import type { Rehearsal, Theatre } from '../tests/workflow-rehearsal.ts'

let theatre: Theatre
beforeAll(async () => {
  theatre = await openTheatre(inject('testServerPath'))
})
afterEach(() => theatre.clear())
afterAll(() => theatre.env.teardown())

const day = 86_400_000
const iso = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '000Z')
const duty = (type: string, atMs: number, cause = 'cause'): ClockDuty => ({
  key: `${type}/main/${cause}`,
  type,
  cause,
  at: iso(atMs),
})
const accept = (): undefined => undefined

/** Ends what a test has put on stage: the file closes, the workflow hears of it. */
async function end(stage: Rehearsal, name?: string): Promise<void> {
  await stage.act('file.end', { progress: 'ended', closed: true, duties: [] })
  await stage.ended()
  await stage.close(name)
}

describe('a procurement', () => {
  it('is carried from request to closeout through 200 days', async () => {
    let answersOfBank = 0
    const stage = await rehearse(theatre, 'whole', async ({ type }) => {
      const nowMs = await stage.nowMs()
      const { file } = stage
      if (type === 'payment.settle' && answersOfBank++ < 3) return 'bank.waiting'
      const next: Record<string, () => void> = {
        'opening.recipient': () => (file.duties = []),
        'deadline.close': () => Object.assign(file, { progress: 'closed', duties: [] }),
        'opening.result': () => Object.assign(file, { progress: 'opened', duties: [] }),
        'opening.reveal': () => (file.duties = []),
        'delivery.deem': () =>
          Object.assign(file, { progress: 'delivered', duties: [duty('invoice.match', nowMs)] }),
        'invoice.match': () => (file.duties = []),
        'payment.order': () => (file.duties = [duty('payment.settle', nowMs)]),
        'payment.settle': () => Object.assign(file, { progress: 'paid', duties: [] }),
        'file.close': () => Object.assign(file, { progress: 'complete', closed: true, duties: [] }),
      }
      next[type]?.()
      return undefined
    })
    const now = stage.nowMs
    const idle = (): boolean => stage.file.duties.length === 0
    await stage.act('requisition.submit')
    await stage.pass('1 hour')
    await stage.act('requisition.approve', {
      progress: 'approved',
      duties: [duty('opening.recipient', await now())],
    })
    await stage.pass('2 days', idle)
    const deadlineMs = (await now()) + 15 * day
    await stage.act('solicitation.publish', {
      progress: 'open',
      duties: [duty('deadline.close', deadlineMs)],
      waitingFor: 'VE',
      dueAt: iso(deadlineMs),
    })
    await stage.pass('20 days', idle)
    await stage.act('opening.release')
    await stage.act('opening.release', { duties: [duty('opening.result', await now())] })
    await stage.pass('1 days', idle)
    await stage.act('award.decide', {
      progress: 'awarded',
      duties: [duty('opening.reveal', await now())],
    })
    await stage.pass('1 days', idle)
    await stage.act('order.accept', { progress: 'contracted' })
    await stage.pass('60 days')
    await stage.act('delivery.announce', {
      duties: [duty('delivery.deem', (await now()) + 7 * day)],
    })
    await stage.pass('10 days', idle)
    await stage.act('payment.release', {
      duties: [duty('payment.order', (await now()) + 30 * day)],
    })
    await stage.pass('40 days', idle)
    await stage.act('contract.complete', { duties: [duty('file.close', await now())] })
    expect(await stage.ended()).toEqual({
      ocid: 'whole',
      progress: 'complete',
      pseq: stage.file.types.length - 1,
    })
    await stage.close('whole')

    const done = stage.attempts.filter(({ refused }) => refused === undefined)
    expect(done.map(({ type, by }) => `${type} by ${by}`)).toEqual([
      'opening.recipient by recipient',
      'deadline.close by close',
      'opening.result by open',
      'opening.reveal by reveal',
      'delivery.deem by record',
      'invoice.match by record',
      'payment.order by pay',
      'payment.settle by settle',
      'file.close by record',
    ])
    // Every step was read once, in order, whoever made it.
    const read = stage.reads.filter(({ seen, pseq }) => pseq > seen)
    expect(read[0]?.seen).toBe(-1)
    expect(read.every(({ seen }, i) => i === 0 || read[i - 1]?.pseq === seen)).toBe(true)
    expect(read.at(-1)?.pseq).toBe(stage.file.types.length - 1)
  })

  it('that is ended by its officer ends at once, wherever it stood', async () => {
    const stage = await rehearse(theatre, 'ended', accept)
    await stage.act('requisition.submit')
    await stage.act('file.end', { progress: 'ended', closed: true })
    expect(await stage.ended()).toMatchObject({ progress: 'ended', pseq: 1 })
    await stage.close('ended')
  })

  it('without bids goes from closed to its end', async () => {
    const stage = await rehearse(theatre, 'no-bids', ({ type }) => {
      if (type === 'deadline.close')
        Object.assign(stage.file, { progress: 'closed', duties: [duty('solicitation.fail', 0)] })
      if (type === 'solicitation.fail')
        Object.assign(stage.file, { progress: 'unsuccessful', duties: [duty('file.close', 0)] })
      if (type === 'file.close')
        Object.assign(stage.file, { progress: 'complete', closed: true, duties: [] })
      return undefined
    })
    const deadlineMs = (await stage.nowMs()) + 10 * day
    await stage.act('solicitation.publish', {
      progress: 'open',
      duties: [duty('deadline.close', deadlineMs)],
    })
    await stage.ended()
    expect(stage.attempts.map(({ type }) => type)).toEqual([
      'deadline.close',
      'solicitation.fail',
      'file.close',
    ])
    await stage.close('no-bids')
  })

  it('that is met in the middle is taken up where it stands', async () => {
    const stage = await rehearse(theatre, 'restarted', () => {
      stage.file.duties = []
      return undefined
    })
    for (const type of ['requisition.submit', 'solicitation.publish', 'deadline.close'])
      await stage.act(type, {}, 'none')
    await stage.act('delivery.announce', {
      progress: 'contracted',
      duties: [duty('delivery.deem', await stage.nowMs())],
    })
    await stage.pass('1 hour', () => stage.file.duties.length === 0)
    expect(stage.attempts.map(({ type }) => type)).toEqual(['delivery.deem'])
    expect(stage.reads[0]).toEqual({ seen: -1, pseq: 3 })
    await end(stage, 'restarted')
  })

  it('that is closed and signalled again is read to its end and ends', async () => {
    const stage = await rehearse(theatre, 'again', accept)
    await stage.act('file.close', { progress: 'complete', closed: true })
    await stage.ended()
    await stage.signal(0)
    expect(await stage.ended()).toMatchObject({ progress: 'complete', pseq: 0 })
    expect(stage.reads.every(({ pseq }) => pseq === 0)).toBe(true)
    await stage.close()
  })
})

describe('a deadline', () => {
  it.each([
    ['later twice', 'moved-later', [30, 45], 45],
    ['later and then earlier', 'moved-earlier', [45, 20], 20],
    ['to a time that has passed', 'moved-past', [40, 1], 12],
  ] as const)('moved %s is closed once, at its last time', async (_how, ocid, moves, closedOn) => {
    const stage = await rehearse(theatre, ocid, ({ type }) => {
      if (type === 'deadline.close') Object.assign(stage.file, { progress: 'closed', duties: [] })
      return undefined
    })
    const startMs = await stage.nowMs()
    const due = (days: number): ClockDuty[] => [
      duty('deadline.close', startMs + days * day, `amended-to-${days}`),
    ]
    await stage.act('solicitation.publish', { progress: 'open', duties: due(15) })
    for (const days of moves) {
      await stage.pass('6 days')
      await stage.act('solicitation.amend', { duties: due(days) })
    }
    await stage.pass('60 days', () => stage.file.progress === 'closed')
    const closes = stage.attempts.map(({ atMs }) => (atMs - startMs) / day)
    expect(closes).toHaveLength(1)
    expect(Math.floor(closes[0] ?? 0)).toBe(closedOn)
    expect(stage.file.types.filter((type) => type === 'deadline.close')).toHaveLength(1)
    await end(stage, ocid)
  })

  it('that the record holds too early is closed once, after a growing wait', async () => {
    const stage = await rehearse(theatre, 'refused', ({ at, type }, nowMs) => {
      // The door's clock is two seconds and a half behind.
      if (nowMs - 2500 < Date.parse(at)) return 'too-early'
      if (type === 'deadline.close') Object.assign(stage.file, { progress: 'closed', duties: [] })
      return undefined
    })
    const deadlineMs = (await stage.nowMs()) + 15 * day
    await stage.act('solicitation.publish', {
      progress: 'open',
      duties: [duty('deadline.close', deadlineMs)],
    })
    await stage.pass('16 days', () => stage.file.progress === 'closed')
    const { attempts } = stage
    expect(attempts.map(({ refused }) => refused)).toEqual(['too-early', 'too-early', undefined])
    const waits = attempts.slice(1).map(({ atMs }, i) => atMs - (attempts[i]?.atMs ?? 0))
    expect(waits[0]).toBeGreaterThanOrEqual(1000)
    expect(waits[1]).toBeGreaterThanOrEqual(2000)
    await end(stage, 'refused')
  })

  it('that stays refused is tried no more than once a minute', async () => {
    const stage = await rehearse(theatre, 'outage', () => 'outage')
    await stage.act('solicitation.publish', {
      progress: 'open',
      duties: [duty('deadline.close', await stage.nowMs())],
    })
    await stage.pass('20m', () => stage.attempts.length >= 20)
    // After 0, 1, 3, 7, 15, 31 and 63 seconds, then each minute.
    expect(stage.attempts.length).toBeLessThanOrEqual(7 + 19)
    await end(stage)
  })
})

describe('a refused duty', () => {
  it('does not hold up another', async () => {
    const stage = await rehearse(theatre, 'two-duties', ({ type }) => {
      if (type === 'payment.settle') return 'bank.waiting'
      stage.file.duties = stage.file.duties.filter((duty) => duty.type !== type)
      return undefined
    })
    const nowMs = await stage.nowMs()
    await stage.act('payment.order', {
      progress: 'delivered',
      duties: [
        duty('payment.settle', nowMs),
        duty('interest.accrue', nowMs + 1000),
        duty('duty.remind', nowMs + day / 12),
      ],
    })
    await stage.pass('3 hours', () => stage.file.types.length === 3)
    expect(stage.file.types).toEqual(['payment.order', 'interest.accrue', 'duty.remind'])
    await end(stage, 'two-duties')
  })

  it('of a bank that cannot be reached for an hour lets the others have their turn', async () => {
    const stage = await rehearse(theatre, 'unreachable', ({ type }) => {
      if (type === 'payment.order') throw new Error('the folder is not there')
      stage.file.duties = stage.file.duties.filter((duty) => duty.type !== type)
      return undefined
    })
    const nowMs = await stage.nowMs()
    await stage.act('payment.release', {
      progress: 'delivered',
      duties: [duty('payment.order', nowMs), duty('interest.accrue', nowMs + 1000)],
    })
    await stage.pass('3 hours', () => stage.file.types.includes('interest.accrue'))
    expect(stage.file.types).toEqual(['payment.release', 'interest.accrue'])
    await end(stage, 'unreachable')
  })

  it('is tried at once when there is news', async () => {
    let open = false
    const stage = await rehearse(theatre, 'news', () => {
      if (!open) return 'too-early'
      stage.file.duties = []
      return undefined
    })
    const nowMs = await stage.nowMs()
    await stage.act('opening.release', {
      progress: 'closed',
      duties: [duty('opening.result', nowMs)],
    })
    await stage.pass('20m')
    open = true
    await stage.act('opening.release')
    await vi.waitUntil(() => stage.file.types.at(-1) === 'opening.result')
    await end(stage)
  })
})

describe('a statement of the clock', () => {
  it('cites what the read had seen, and the workflow’s clock with six decimals', async () => {
    const seen: unknown[] = []
    const stage = await rehearse(theatre, 'occasion', (_duty, _nowMs, occasion) => {
      seen.push(occasion)
      stage.file.duties = []
      return undefined
    })
    await stage.act('contract.complete', {
      progress: 'paid',
      duties: [duty('file.close', await stage.nowMs())],
    })
    await stage.pass('1 hour', () => seen.length > 0)
    expect(seen).toEqual([
      {
        phase: 'paid',
        seen: { size: 1, root: 'root' },
        issuedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000Z$/) as string,
      },
    ])
    await end(stage)
  })
})

describe('a signal', () => {
  it('that comes late, twice or out of order changes nothing', async () => {
    const stage = await rehearse(theatre, 'shuffled', accept)
    await stage.act('requisition.submit', {}, 'none')
    await stage.act('funds.certify', {}, 'none')
    await stage.act('requisition.approve', { progress: 'approved' })
    for (const pseq of [0, 2, 1, 0]) await stage.signal(pseq)
    await stage.pass('1 hour')
    expect(stage.reads.filter(({ seen, pseq }) => pseq > seen)).toEqual([{ seen: -1, pseq: 2 }])
    await end(stage)
  })

  it('with a forged position costs one read', async () => {
    const stage = await rehearse(theatre, 'forged', accept)
    await stage.act('requisition.submit')
    await stage.pass('1 hour')
    const before = stage.reads.length
    await stage.signal(1_000_000)
    await stage.pass('1 hour', () => stage.reads.length > before)
    expect(stage.reads.length).toBe(before + 1)
    await end(stage)
  })

  it('after 400 steps is followed by reads of at most 200 steps, and none is left out', async () => {
    const stage = await rehearse(theatre, 'pages', accept, { stepsMax: 200 })
    for (let i = 0; i < 450; i++) await stage.act('question.answer', { progress: 'open' }, 'none')
    await stage.signal(449)
    await stage.pass('1 hour')
    expect(stage.reads.slice(0, 3)).toEqual([
      { seen: -1, pseq: 199 },
      { seen: 199, pseq: 399 },
      { seen: 399, pseq: 449 },
    ])
    await end(stage)
  })
})

describe('a run that has grown long', () => {
  let small: Theatre
  beforeAll(async () => {
    small = await openSmallTheatre(await obtainTemporal(), 100)
  })
  afterAll(() => small.env.teardown())

  it('goes over into the next, and not one of 500 signals is lost', async () => {
    const stage = await rehearse(small, 'long', accept, { maxCachedWorkflows: 10 })
    const workflow = small.env.client.workflow
    await stage.act('requisition.submit')
    const first = (await workflow.getHandle(procurementId('long')).describe()).runId
    for (let i = 0; i < 500; i++) await stage.act('question.answer', { progress: 'open' })
    await stage.act('file.end', { progress: 'ended', closed: true })
    await stage.ended()
    expect((await workflow.getHandle(procurementId('long')).describe()).runId).not.toBe(first)
    const read = stage.reads.filter(({ seen, pseq }) => pseq > seen)
    expect(read.at(-1)?.pseq).toBe(501)
    expect(read.every(({ seen }, i) => i === 0 || read[i - 1]?.pseq === seen)).toBe(true)
    await stage.close('continued', first)
  })
})
