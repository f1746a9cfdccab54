/** The door on a real database: every test ends with a check of the whole log. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { signStatement, toBase64Url } from '../ledger/index.ts'
import { addMicroseconds } from '../procurement/index.ts'
import { type DoorWorld, openDoorWorld } from '../tests/door-world.ts'
import { DUE, keyOf, ORIGIN } from '../tests/file-builder.ts'
import { createRecord, signed } from '../tests/record-builder.ts'
import { createReaders } from './readers.ts'

let world: DoorWorld

beforeEach(async () => {
  world = await openDoorWorld()
})

afterEach(() => world.end())

describe('a whole purchase', () => {
  test('gives the very entries and states that the rules predict', async () => {
    const purchase = createRecord().toPaid()
    await world.upload(purchase)
    const appended = await world.play(purchase.log.entries)
    const leaves = purchase.log.entries.map(({ row }) => toBase64Url(row.leaf))
    expect(appended.map(({ leaf }) => toBase64Url(leaf))).toEqual(leaves)
    const file = await createReaders(world.sql).file(purchase.ocid)
    expect(JSON.stringify(file)).toBe(JSON.stringify(purchase.state))
  })
})
