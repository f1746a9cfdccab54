import { expect, it } from 'vitest'
import { DatabaseError } from '../db/connection.ts'
import { SignerError, type SignerErrorCode } from '../signer/client.ts'
import { createSequencer, type SequencerDependencies } from './sequencer.ts'

function rig() {
  const world = {
    size: 0,
    nowMs: 0,
    signed: 0,
    error: undefined as Error | undefined,
    isStuck: false,
  }
  const stored: number[] = []
  const pinned: string[] = []
  const halted: string[] = []
  const doors: string[] = []
  const checkpoints = {
    put: ({ size }: { size: number }) => {
      stored.push(size)
      return Promise.resolve()
    },
    pinKey: (vkey: string) => {
      pinned.push(vkey)
      return Promise.resolve()
    },
    halt: (reason: string) => {
      if (world.isStuck) return Promise.reject(new Error('the database takes nothing'))
      doors.push(reason)
      return Promise.resolve()
    },
    resume: () => {
      doors.push('open')
      return Promise.resolve()
    },
  }
  const round = createSequencer({
    signer: {
      checkpoint: () => {
        if (world.error) return Promise.reject(world.error)
        world.signed += 1
        return Promise.resolve({ size: world.size, root: new Uint8Array(32), note: 'note' })
      },
      identity: () => Promise.resolve({ vkey: 'the-vkey' } as never),
    },
    checkpoints: checkpoints as unknown as SequencerDependencies['checkpoints'],
    size: () => Promise.resolve(world.size),
    now: () => '2026-01-01T00:00:00.000000Z',
    alarm: (reason) => void halted.push(reason),
    nowMs: () => world.nowMs,
  })
  return { world, stored, pinned, halted, doors, round }
}

it('a head is signed when the log has grown, and otherwise once a minute', async () => {
  const { world, stored, pinned, round } = rig()
  world.size = 5
  await round()
  await round()
  world.size = 7
  await round()
  world.nowMs += 59_999
  await round()
  expect(stored).toEqual([5, 7])
  world.nowMs += 1
  await round()
  expect(stored).toEqual([5, 7, 7])
  expect(pinned).toEqual(['the-vkey'])
})

it('an empty log has no head to keep, but the signer is asked whether it was emptied', async () => {
  const { world, stored, pinned, halted, round } = rig()
  await round()
  expect([world.signed, stored, pinned]).toEqual([1, [], []])
  world.error = new SignerError('rollback', 'the database has 0 entries, a head of 9 was signed')
  await round()
  expect(halted).toHaveLength(1)
})

it.each(['rollback', 'fork', 'head-moved'] satisfies SignerErrorCode[])(
  'a log whose signer says %s is halted once and for all',
  async (code) => {
    const { world, stored, halted, doors, round } = rig()
    world.size = 5
    world.error = new SignerError(code, 'evidence')
    await round()
    world.error = undefined
    await round()
    expect(halted).toHaveLength(1)
    expect(halted[0]).toContain('evidence')
    expect(doors).toEqual(halted)
    expect(stored).toEqual([])
  },
)

it('a log for which another key is pinned is halted', async () => {
  const { world, halted, round } = rig()
  world.size = 5
  world.error = new DatabaseError('origin', 'another key is pinned')
  await round()
  expect(halted).toHaveLength(1)
})

it('a halt that could not be written is tried again, and the alarm rises once', async () => {
  const { world, halted, doors, round } = rig()
  world.size = 5
  world.error = new SignerError('fork', 'evidence')
  world.isStuck = true
  await expect(round()).rejects.toThrow('takes nothing')
  world.isStuck = false
  await round()
  expect(halted).toHaveLength(1)
  expect(doors).toEqual(halted)
})

it('the doors open again when the signer has compared all and signs', async () => {
  const { world, doors, round } = rig()
  world.size = 5
  await round()
  world.size = 6
  await round()
  expect(doors).toEqual(['open'])
})

it('a signer that is away for a while is asked again', async () => {
  const { world, stored, halted, round } = rig()
  world.size = 5
  world.error = new SignerError('unreachable', 'starting')
  await expect(round()).rejects.toThrow('starting')
  world.error = undefined
  await round()
  expect(halted).toEqual([])
  expect(stored).toEqual([5])
})
