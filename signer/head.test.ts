import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { Frontier, sha256, utf8 } from '../ledger/index.ts'
import { clearSwap, createHead, isSameHead, loadHead, swapHead, type Head } from './head.ts'

const ORIGIN = 'tenderbook.localhost/granite-lakes/2026'

function headOf(...leaves: string[]): Head {
  const frontier = new Frontier()
  for (const leaf of leaves) frontier.append(sha256(utf8(leaf)))
  return { origin: ORIGIN, frontier }
}

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'head-'))
  path = join(folder, 'head.json')
  await createHead(path, ORIGIN)
})

describe('the head file', () => {
  test('begins empty and is never begun twice', async () => {
    expect((await loadHead(path, ORIGIN)).frontier.size).toBe(0)
    await expect(createHead(path, ORIGIN)).rejects.toMatchObject({ code: 'EEXIST' })
  })

  test('holds what was swapped in, and nothing is left beside it', async () => {
    await swapHead(path, headOf(), headOf('a', 'b', 'c'))
    const loaded = await loadHead(path, ORIGIN)
    expect(isSameHead(loaded, headOf('a', 'b', 'c'))).toBe(true)
    await swapHead(path, loaded, headOf('a', 'b', 'c', 'd'))
    expect(await readdir(folder)).toEqual(['head.json'])
  })

  test('is not swapped from a head that it does not hold', async () => {
    await swapHead(path, headOf(), headOf('a'))
    const swap = swapHead(path, headOf('b'), headOf('b', 'c'))
    await expect(swap).rejects.toMatchObject({ code: 'head-moved' })
    expect(isSameHead(await loadHead(path, ORIGIN), headOf('a'))).toBe(true)
    expect(await readdir(folder)).toEqual(['head.json'])
  })

  test('never shrinks, and never has two roots at one size', async () => {
    await swapHead(path, headOf(), headOf('a', 'b'))
    const shrunk = swapHead(path, headOf('a', 'b'), headOf('a'))
    await expect(shrunk).rejects.toMatchObject({ code: 'rollback' })
    const forked = swapHead(path, headOf('a', 'b'), headOf('a', 'x'))
    await expect(forked).rejects.toMatchObject({ code: 'fork' })
    await swapHead(path, headOf('a', 'b'), headOf('a', 'b'))
  })

  test('of two swaps at once only one is done', async () => {
    const swaps = ['x', 'y', 'z'].map((leaf) => swapHead(path, headOf(), headOf(leaf)))
    const done = (await Promise.allSettled(swaps)).filter(({ status }) => status === 'fulfilled')
    expect(done).toHaveLength(1)
  })

  test('a swap that was killed half-way leaves the old head, and the next start clears it', async () => {
    await writeFile(`${path}.next`, '{"format":"tenderb')
    expect((await loadHead(path, ORIGIN)).frontier.size).toBe(0)
    await expect(swapHead(path, headOf(), headOf('a'))).rejects.toMatchObject({
      code: 'head-moved',
    })
    await clearSwap(path)
    await swapHead(path, headOf(), headOf('a'))
  })

  test('with any digit of size, root or stack changed is refused', async () => {
    await swapHead(path, headOf(), headOf('a', 'b', 'c'))
    const text = await readFile(path, 'utf8')
    const spoiled = [
      text.replace('"size": 3', '"size": 2'),
      text.replace(/"root": "./, '"root": "_'),
      text.replace(/("stack": ".{20})./, '$1_'),
      text.slice(0, -10),
      '',
    ]
    for (const changed of spoiled) {
      expect(changed).not.toBe(text)
      await writeFile(path, changed)
      await expect(loadHead(path, ORIGIN)).rejects.toMatchObject({ code: 'keys' })
    }
  })
})
