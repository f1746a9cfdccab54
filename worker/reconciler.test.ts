import { expect, it } from 'vitest'
import { createReconciler } from './reconciler.ts'
import type { Attendance } from './starter.ts'

function rig(attendance: Record<string, Attendance>, late: string[] = []) {
  const done: string[] = []
  const alarms: string[] = []
  const world = { attendance, late }
  const round = createReconciler({
    running: () => Promise.resolve(Object.keys(world.attendance)),
    overdue: () => Promise.resolve(world.late),
    lastStep: () => Promise.resolve(4),
    attendance: (ocid) => {
      if (ocid === 'broken') return Promise.reject(new Error('no such shard'))
      return Promise.resolve(world.attendance[ocid] ?? 'missing')
    },
    tell: (ocid, pseq) => {
      done.push(`tell ${ocid} ${pseq}`)
      return Promise.resolve()
    },
    end: (ocid) => {
      done.push(`end ${ocid}`)
      return Promise.resolve()
    },
    alarm: (what, { ocid }) => void alarms.push(`${String(ocid)}: ${what}`),
  })
  return { world, done, alarms, round }
}

it('a procurement without a running workflow is started again, with an alarm', async () => {
  const { done, alarms, round } = rig({ looked: 'running', lost: 'missing' })
  await round()
  expect(done).toEqual(['tell lost 4'])
  expect(alarms).toEqual(['lost: the workflow is missing'])
})

it('a workflow whose task fails again and again is archived, ended and started again', async () => {
  const { done, round } = rig({ a: 'stuck' })
  await round()
  expect(done).toEqual(['end a', 'tell a 4'])
})

it('an overdue duty is told again each round, and raises the alarm once', async () => {
  const { world, done, alarms, round } = rig({ a: 'running' }, ['a'])
  await round()
  await round()
  expect(done).toEqual(['tell a 4', 'tell a 4'])
  expect(alarms).toEqual(['a: a duty is overdue'])
  world.late = []
  await round()
  world.late = ['a']
  await round()
  expect(alarms).toHaveLength(2)
})

it('one that cannot be looked after does not hold up the others', async () => {
  const { done, alarms, round } = rig({ broken: 'running', lost: 'missing' })
  await round()
  expect(done).toEqual(['tell lost 4'])
  expect(alarms[0]).toBe('broken: a procurement could not be looked after')
})
