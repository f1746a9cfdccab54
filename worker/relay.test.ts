import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Outbox, PendingStep } from '../db/outbox.ts'
import { createRelay } from './relay.ts'

/** An outbox in memory, as db/outbox.ts keeps it: the newest step of each procurement, and how far it was told. */
function memoryOutbox(): Outbox & {
  add: (tender: string, pseq: number) => void
  told: Map<string, number>
} {
  const newest = new Map<string, number>()
  const told = new Map<string, number>()
  return {
    told,
    add: (tender, pseq) => newest.set(tender, pseq),
    pending: () => {
      const untold = [...newest].filter(([tender, pseq]) => pseq > (told.get(tender) ?? -1))
      return Promise.resolve(
        untold.map(([tender, pseq]): PendingStep => ({ tender, pseq, at: '' })),
      )
    },
    clear: (tender, pseq) => {
      told.set(tender, Math.max(pseq, told.get(tender) ?? -1))
      return Promise.resolve()
    },
  }
}

function rig(tell: (ocid: string, pseq: number) => Promise<void>) {
  const outbox = memoryOutbox()
  const failures: string[] = []
  const clock = { ms: 0 }
  const relay = createRelay({
    outbox,
    tell,
    failed: (ocid) => void failures.push(ocid),
    nowMs: () => clock.ms,
  })
  return { outbox, failures, clock, relay }
}

it('the first step is told at once, later ones together, at most once a second', async () => {
  const told: [string, number, number][] = []
  const { outbox, clock, relay } = rig((ocid, pseq) => {
    told.push([ocid, pseq, clock.ms])
    return Promise.resolve()
  })
  for (let pseq = 0; pseq < 30; pseq++) {
    outbox.add('a', pseq)
    await relay()
    clock.ms += 100
  }
  expect(told).toEqual([
    ['a', 0, 0],
    ['a', 10, 1000],
    ['a', 20, 2000],
  ])
})

it('a procurement that rests does not hold up another', async () => {
  const told: string[] = []
  const { outbox, relay } = rig((ocid) => {
    told.push(ocid)
    return Promise.resolve()
  })
  outbox.add('a', 0)
  await relay()
  outbox.add('a', 1)
  outbox.add('b', 0)
  await relay()
  expect(told).toEqual(['a', 'b'])
})

it('a refused signal is told again after a growing wait, and cleared only when it was taken', async () => {
  const attempts: number[] = []
  const { outbox, clock, failures, relay } = rig(() => {
    attempts.push(clock.ms)
    return attempts.length < 5 ? Promise.reject(new Error('unavailable')) : Promise.resolve()
  })
  outbox.add('a', 7)
  for (let i = 0; i < 200; i++) {
    await relay()
    if (attempts.length < 5) expect(outbox.told.has('a')).toBe(false)
    clock.ms += 100
  }
  expect(attempts).toEqual([0, 1000, 3000, 7000, 15_000])
  expect(failures).toHaveLength(4)
  expect(outbox.told.get('a')).toBe(7)
})

it('a relay that dies between signal and clearing tells the step again, and loses none', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ tender: fc.constantFrom('a', 'b', 'c'), dies: fc.boolean() }), {
        maxLength: 60,
      }),
      async (acts) => {
        const outbox = memoryOutbox()
        const heard = new Map<string, number>()
        const steps = new Map<string, number>()
        let dies = false
        const clock = { ms: 0 }
        const start = (): (() => Promise<void>) =>
          createRelay({
            outbox: {
              ...outbox,
              clear: (tender, pseq) =>
                dies ? Promise.reject(new Error('killed')) : outbox.clear(tender, pseq),
            },
            tell: (ocid, pseq) => {
              heard.set(ocid, Math.max(pseq, heard.get(ocid) ?? -1))
              return Promise.resolve()
            },
            failed: () => undefined,
            nowMs: () => clock.ms,
          })
        let relay = start()
        for (const act of acts) {
          const pseq = (steps.get(act.tender) ?? -1) + 1
          steps.set(act.tender, pseq)
          outbox.add(act.tender, pseq)
          dies = act.dies
          await relay()
          if (dies) relay = start()
          clock.ms += 300
        }
        dies = false
        for (let i = 0; i < 40; i++) {
          clock.ms += 1000
          await relay()
        }
        expect(heard).toEqual(steps)
        expect(await outbox.pending(10)).toEqual([])
      },
    ),
    { numRuns: 50 },
  )
})
