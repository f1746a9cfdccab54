import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFeed, type Step } from './feed.ts'

const stepsUpTo = (last: number): Step[] =>
  Array.from({ length: last + 1 }, (_, pseq) => ({ pseq, type: `t${pseq}` }))

/** A record that the test lets grow; its readings wait until the test lets them go on. */
function createBench(after: number) {
  let record: Step[] = []
  const given: number[] = []
  const waiting: (() => void)[] = []
  let readings = 0
  const feed = createFeed({
    after,
    async read(from, limit) {
      readings += 1
      const found = record.filter(({ pseq }) => pseq > from).slice(0, limit)
      await new Promise<void>((resolve) => waiting.push(resolve))
      return found
    },
    give: ({ pseq }) => given.push(pseq),
  })
  return {
    feed,
    given,
    readings: () => readings,
    growTo(last: number) {
      record = stepsUpTo(last)
    },
    /** Lets the next reading end, with what the record was when it began. */
    async release() {
      waiting.shift()?.()
      for (let turn = 0; turn < 10; turn++) await Promise.resolve()
      return waiting.length
    },
  }
}

/** Lets readings end until none is left. */
async function settle(bench: ReturnType<typeof createBench>): Promise<void> {
  while ((await bench.release()) > 0);
}

describe('a reader that comes back', () => {
  test('gets what came after the number that it names, in order', async () => {
    const bench = createBench(2)
    bench.growTo(5)
    void bench.feed.advance()
    await settle(bench)
    expect(bench.given).toEqual([3, 4, 5])
  })

  test('gets everything, whatever number of pages it missed', async () => {
    const bench = createBench(-1)
    bench.growTo(299)
    void bench.feed.advance()
    await settle(bench)
    expect(bench.given).toEqual(stepsUpTo(299).map(({ pseq }) => pseq))
  })

  test('that has missed nothing gets nothing', async () => {
    const bench = createBench(5)
    bench.growTo(5)
    void bench.feed.advance()
    await settle(bench)
    expect(bench.given).toEqual([])
  })
})

test('a step that comes while the record is read is not lost', async () => {
  const bench = createBench(-1)
  bench.growTo(0)
  void bench.feed.advance()
  bench.growTo(1)
  void bench.feed.advance(1)
  await settle(bench)
  expect(bench.given).toEqual([0, 1])
})

test('what was given already is not read again', async () => {
  const bench = createBench(7)
  bench.growTo(7)
  await bench.feed.advance(7)
  expect(bench.readings()).toBe(0)
})

test('a record that cannot be read is said so', async () => {
  const feed = createFeed({
    after: -1,
    read: () => Promise.reject(new Error('away')),
    give: () => undefined,
  })
  await expect(feed.advance(0)).rejects.toThrow('away')
})

test('whatever is told and when, each step after the first number is given once, in order', async () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('grow' as const), by: fc.integer({ min: 1, max: 120 }) }),
    fc.record({ kind: fc.constant('release' as const) }),
    // Told late, or twice, or not at all.
    fc.record({ kind: fc.constant('tell' as const), back: fc.nat({ max: 3 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: -1, max: 5 }), fc.array(act), async (after, acts) => {
      const bench = createBench(after)
      let last = 5
      bench.growTo(last)
      void bench.feed.advance()
      for (const each of acts) {
        if (each.kind === 'grow') bench.growTo((last += each.by))
        if (each.kind === 'tell') void bench.feed.advance(last - each.back)
        if (each.kind === 'release') await bench.release()
      }
      void bench.feed.advance(last)
      await settle(bench)
      expect(bench.given).toEqual(
        stepsUpTo(last)
          .slice(after + 1)
          .map(({ pseq }) => pseq),
      )
    }),
  )
})
