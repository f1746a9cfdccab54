import { readFile, writeFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { emptyRoot, openCheckpoint, sha256, utf8, verifyConsistency } from '../ledger/index.ts'
import { identityOf, pathsIn } from './keys.ts'
import { clockStatement, rehearseSigner, statementOf, type RehearsedSigner } from './rehearsal.ts'

const SPOILED = sha256(utf8('another leaf'))
let rehearsed: RehearsedSigner

beforeEach(async () => {
  rehearsed = await rehearseSigner()
})

function append(count: number): void {
  for (let i = 0; i < count; i++) rehearsed.log.append(statementOf('org.enrol', { org: String(i) }))
}

describe('a checkpoint', () => {
  test('is the head of the record, signed by the log', async () => {
    append(4)
    const { size, root, note } = await rehearsed.signer.checkpoint()
    const opened = openCheckpoint(note, identityOf(rehearsed.keys).vkey)
    expect(opened).toMatchObject({ size: 5, root: rehearsed.log.tree.root(5) })
    expect({ size, root }).toEqual({ size: 5, root: rehearsed.log.tree.root(5) })
  })

  test('of an empty log is signed too', async () => {
    rehearsed.log.size = 0
    expect(await rehearsed.signer.checkpoint()).toMatchObject({ size: 0, root: emptyRoot })
  })

  test('of the same head is the same note, before and after a restart', async () => {
    append(3)
    const first = await rehearsed.signer.checkpoint()
    expect(await rehearsed.signer.checkpoint()).toEqual(first)
    const again = await rehearsed.restart()
    await again.verify()
    expect(await again.signer.checkpoint()).toEqual(first)
  })

  test('continues the one before, over many restarts', async () => {
    let last = await rehearsed.signer.checkpoint()
    for (const count of [1, 7, 2, 30]) {
      append(count)
      const { signer, verify } = await rehearsed.restart()
      await verify()
      const next = await signer.checkpoint()
      if (last.size > 0) {
        const path = rehearsed.log.tree.consistencyProof(last.size, next.size)
        expect(verifyConsistency(last.size, next.size, last.root, next.root, path)).toBe(true)
      }
      last = next
    }
    expect(last.size).toBe(41)
  })

  test('is remembered on disk before it is answered', async () => {
    append(2)
    const { size } = await rehearsed.signer.checkpoint()
    const head = JSON.parse(await readFile(pathsIn(rehearsed.folder).head, 'utf8')) as {
      size: number
    } // written by us
    expect({ head, size }).toMatchObject({ head: { size: 3 }, size: 3 })
  })

  test('asked for many times at once is one', async () => {
    append(4)
    const heads = await Promise.all(Array.from({ length: 8 }, () => rehearsed.signer.checkpoint()))
    expect(new Set(heads.map(({ note }) => note)).size).toBe(1)
  })
})

describe('a database that was set back', () => {
  test('is refused at the start, at every size below the head', async () => {
    append(12)
    await rehearsed.signer.checkpoint()
    for (let size = 0; size < 12; size++) {
      rehearsed.log.size = size
      const { signer, verify } = await rehearsed.restart()
      await expect(verify()).rejects.toMatchObject({ code: 'rollback' })
      await expect(signer.checkpoint()).rejects.toMatchObject({ code: 'rollback' })
    }
  })

  test('is refused while running, and stays refused though the entries come back', async () => {
    append(4)
    await rehearsed.signer.checkpoint()
    rehearsed.log.size = 3
    await expect(rehearsed.signer.checkpoint()).rejects.toMatchObject({ code: 'rollback' })
    rehearsed.log.size = undefined
    await expect(rehearsed.signer.checkpoint()).rejects.toMatchObject({ code: 'rollback' })
  })
})

describe('a database that disagrees', () => {
  test('in any one leaf is refused at the start', async () => {
    append(9)
    await rehearsed.signer.checkpoint()
    append(3)
    for (let index = 0; index < 9; index++) {
      const { spoiledLeaves } = rehearsed.log
      spoiledLeaves.clear()
      spoiledLeaves.set(index, SPOILED)
      const { verify } = await rehearsed.restart()
      await expect(verify()).rejects.toMatchObject({ code: 'fork' })
    }
  })

  test('in a leaf, its head row left as it was, is refused at the start', async () => {
    append(9)
    await rehearsed.signer.checkpoint()
    rehearsed.log.spoiledRoot = rehearsed.log.tree.root()
    rehearsed.log.spoiledLeaves.set(4, SPOILED)
    const { verify } = await rehearsed.restart()
    await expect(verify()).rejects.toMatchObject({ code: 'fork' })
  })

  test('in an old leaf, all later roots made to fit, is refused while running', async () => {
    append(6)
    await rehearsed.signer.checkpoint()
    append(2)
    rehearsed.log.spoiledLeaves.set(1, SPOILED)
    await expect(rehearsed.signer.checkpoint()).rejects.toMatchObject({ code: 'fork' })
  })

  test('by a root that is not that of its leaves is refused', async () => {
    append(6)
    rehearsed.log.spoiledRoot = SPOILED
    await expect(rehearsed.signer.checkpoint()).rejects.toMatchObject({ code: 'fork' })
    const { verify } = await rehearsed.restart()
    await expect(verify()).rejects.toMatchObject({ code: 'fork' })
  })

  test('after that nothing else is signed or shown', async () => {
    append(2)
    const statement = statementOf('org.enrol', { org: 'x' })
    rehearsed.log.append(statement)
    rehearsed.log.spoiledRoot = SPOILED
    const { signer } = rehearsed
    await expect(signer.checkpoint()).rejects.toMatchObject({ code: 'fork' })
    const of = { tender: 'ocds-000000-1', envelope: 'main' }
    const unsigned = clockStatement('system.note', {}, statement)
    const refused = {
      statementHash: SPOILED,
      arrivedAt: statement.statement.issuedAt,
      code: 'x',
      rule: 'y',
    }
    const asked = { ...of, id: 'h', pub: '' }
    for (const work of [
      () => signer.blindHashes([statement.envelope]),
      () => signer.receipts([statement.hash]),
      () => signer.refusal(refused),
      () => signer.sign(unsigned),
      () => signer.ping(asked),
      () => signer.pong({ ...asked, secret: SPOILED }),
      () => signer.recipient(of),
      () => signer.closing({ ...of, cause: '' }),
      () => signer.closed(of),
      () => signer.open(of),
      () => signer.reveal(0),
    ])
      await expect((async () => work())()).rejects.toMatchObject({ code: 'fork' })
    expect(await signer.identity()).toEqual(identityOf(rehearsed.keys))
  })
})

describe('a signer', () => {
  test('signs nothing before it has verified the database', async () => {
    append(1)
    const { signer } = await rehearsed.restart()
    await expect(signer.checkpoint()).rejects.toMatchObject({ code: 'fault' })
  })

  test('beside another one is refused: only one of them moves the head', async () => {
    const other = await rehearsed.restart()
    await other.verify()
    append(3)
    await rehearsed.signer.checkpoint()
    append(1)
    await expect(other.signer.checkpoint()).rejects.toMatchObject({ code: 'head-moved' })
    expect(await rehearsed.signer.checkpoint()).toMatchObject({ size: 5 })
  })

  test('whose head file was edited does not start', async () => {
    const { head } = pathsIn(rehearsed.folder)
    await writeFile(head, (await readFile(head, 'utf8')).replace('"size": 0', '"size": 1'))
    await expect(rehearsed.restart()).rejects.toMatchObject({ code: 'keys' })
  })
})
