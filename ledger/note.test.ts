import { describe, expect, test } from 'vitest'
import {
  cosignatureLine,
  formatCheckpoint,
  formatNoteSecret,
  formatVkey,
  fromBase64,
  LedgerError,
  noteKeyId,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parseNote,
  parseNoteSecret,
  parseVkey,
  rootOf,
  signatureLine,
  signCheckpoint,
  signingKey,
  signNote,
  leafHash,
  toBase64,
  toHex,
  utf8,
} from './index.ts'

const ORIGIN = 'ledger.example.gov/agency/042'
const WITNESS = 'witness.example.org/w1'
const log = signingKey(new Uint8Array(32).fill(1))
const witness = signingKey(new Uint8Array(32).fill(2))
const vkey = formatVkey(ORIGIN, log.pub)
const witnessKey = parseVkey(formatVkey(WITNESS, witness.pub, 'cosignature'))
const root = rootOf([0, 1, 2, 3, 4].map((seq) => leafHash(utf8(`{"seq":${seq}}`))))
const checkpoint = { origin: ORIGIN, size: 5, root }
const text = formatCheckpoint(checkpoint)
const note = signCheckpoint(checkpoint, log)
const cosignature = cosignatureLine(text, { name: WITNESS, key: witness, time: 1_700_000_000 })

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof LedgerError) return error.code
    throw error
  }
  return 'accepted'
}
const opening = (changed: string) => codeOf(() => openCheckpoint(changed, vkey, [witnessKey]))

describe('the example of the format', () => {
  test('has these keys', () => {
    expect(vkey).toBe(`${ORIGIN}+27fa3179+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c`)
    expect(formatVkey(WITNESS, witness.pub, 'cosignature')).toBe(
      'witness.example.org/w1+6d7ef907+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU',
    )
    const secret = `PRIVATE+KEY+${ORIGIN}+27fa3179+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB`
    expect(formatNoteSecret(ORIGIN, new Uint8Array(32).fill(1))).toBe(secret)
    expect(parseNoteSecret(secret)).toEqual({ name: ORIGIN, seed: new Uint8Array(32).fill(1) })
  })

  test('is the checkpoint with one cosignature, to the byte', () => {
    expect(note + cosignature).toBe(
      `ledger.example.gov/agency/042
5
FH3Ed0eaO2miSx/2Abb8YoT98V/VCr/rDPcOqONyLB0=

— ledger.example.gov/agency/042 J/oxeUIo6FXJJjTm1iFCH9XRKZGQgeDFmnF5Q2Xf98McW9mC+gUvCkDif7B5zdrGWQM1fI4VkHaQrQ6P9VUvjZYnAQk=
— witness.example.org/w1 bX75BwAAAABlU/EAQQwwKJOANRuZSCDjJCVay2o5dT+lHwuc9ByVzTgKAOGW36pA5Q/yk6WXFf4+4fw33sj+sO4QFceJTDtXpQ2wAg==
`,
    )
  })

  test('opens, with the time of the witness', () => {
    const opened = openCheckpoint(note + cosignature, vkey, [witnessKey])
    expect(opened).toMatchObject({ ...checkpoint, text })
    expect(opened.verified.map(({ time }) => time)).toEqual([undefined, 1_700_000_000])
  })
})

describe('T16: a second spelling of a note is refused', () => {
  const changes: [string, (note: string) => string][] = [
    ['CRLF', (n) => n.replaceAll('\n', '\r\n')],
    ['no final newline', (n) => n.slice(0, -1)],
    ['a newline more', (n) => `${n}\n`],
    ['two empty lines', (n) => n.replace('\n\n', '\n\n\n')],
    ['no empty line', (n) => n.replace('\n\n', '\n')],
    ['a hyphen for the dash', (n) => n.replace('—', '-')],
    ['two spaces', (n) => n.replace('— ', '—  ')],
    ['a trailing space', (n) => n.replace(/\n$/, ' \n')],
    ['size 05', (n) => n.replace('\n5\n', '\n05\n')],
    ['size +5', (n) => n.replace('\n5\n', '\n+5\n')],
    ['size 5.0', (n) => n.replace('\n5\n', '\n5.0\n')],
    ['an unpadded root', (n) => n.replace('LB0=\n', 'LB0\n')],
    ['a base64url root', (n) => n.replace('/2Abb', '_2Abb')],
    ['spare bits in the root', (n) => n.replace('LB0=', 'LB1=')],
    ['an unpadded signature', (n) => n.replace('AQk=\n', 'AQk\n')],
    ['spare bits in the signature', (n) => n.replace('AQk=\n', 'AQl=\n')],
    ['a control character', (n) => n.replace('\n5\n', '\n5\n\u0007\n')],
    ['a tab', (n) => n.replace('— ', '—\t')],
  ]
  test.each(changes)('%s', (_, change) => {
    expect(change(note)).not.toBe(note)
    expect(opening(change(note))).not.toBe('accepted')
    // Signed anew, a changed text is refused by its form, not only by its signature.
    const resigned = codeOf(() => openCheckpoint(signNote(change(text), ORIGIN, log), vkey))
    expect(change(text) === text || resigned !== 'accepted').toBe(true)
  })

  test('malformed texts are refused', () => {
    for (const bad of [
      '',
      `${ORIGIN}\n5\n`,
      `\n5\n${toBase64(root)}\n`,
      `a b\n5\n${toBase64(root)}\n`,
    ])
      expect(codeOf(() => parseCheckpoint(bad))).not.toBe('accepted')
    const sized = (size: string) => codeOf(() => parseCheckpoint(`o\n${size}\n${toBase64(root)}\n`))
    expect(sized('0')).toBe('accepted')
    for (const size of ['00', '-1', '1e3', '0x5', '9007199254740992', ''])
      expect(sized(size)).toBe('checkpoint')
    expect(codeOf(() => parseCheckpoint(`o\n5\n${toBase64(root.subarray(1))}\n`))).toBe(
      'checkpoint',
    )
  })
})

describe('signatures of notes', () => {
  test('T17: two lines of one key are refused', () => {
    const line = note.slice(note.indexOf('—'))
    expect(opening(note + line)).toBe('note')
    expect(opening(note + cosignature + cosignature)).toBe('note')
  })

  test('T18: a bad signature of a known key refuses the note, whatever else is good', () => {
    const bad = cosignature.replace('bX75BwAAAABlU', 'bX75BwAAAABlV')
    expect(opening(note + cosignature)).toBe('accepted')
    expect(opening(note + bad)).toBe('signature')
    const short = signatureLine({ name: WITNESS, id: witnessKey.id, signature: new Uint8Array(64) })
    expect(opening(note + short)).toBe('signature')
    const timeless = signatureLine({
      name: WITNESS,
      id: witnessKey.id,
      signature: new Uint8Array(72),
    })
    expect(opening(note + timeless)).toBe('signature')
    expect(opening(note.replace('\n5\n', '\n6\n'))).toBe('signature')
    expect(opening(`${text}\n${cosignature}`)).toBe('signature')
  })

  test('T19: more than 16 signatures, and more than 64 KiB, are refused', () => {
    const line = (i: number) =>
      signatureLine({ name: `other${i}`, id: new Uint8Array(4), signature: new Uint8Array(64) })
    const lines = (count: number) => Array.from({ length: count }, (_, i) => line(i)).join('')
    expect(opening(note + lines(15))).toBe('accepted')
    expect(opening(note + lines(16))).toBe('note')
    expect(codeOf(() => parseNote(`${'a'.repeat(1_000_000)}\n${note}`))).toBe('note')
    expect(codeOf(() => parseNote(`${'é'.repeat(33_000)}\n${note}`))).toBe('note')
  })

  test('T20: a line of another name with the same key id is ignored', () => {
    const id = noteKeyId(ORIGIN, 'note', log.pub)
    const colliding = signatureLine({ name: 'other.example', id, signature: new Uint8Array(64) })
    expect(opening(note + colliding)).toBe('accepted')
    expect(opening(`${text}\n${colliding}`)).toBe('signature')
  })

  test('T21: signatures and cosignatures cover extension lines', () => {
    const extended = `${text}extension\n`
    const signed =
      signNote(extended, ORIGIN, log) +
      cosignatureLine(extended, { name: WITNESS, key: witness, time: 1_700_000_000 })
    expect(opening(signed)).toBe('accepted')
    expect(parseCheckpoint(extended).extensions).toEqual(['extension'])
    expect(opening(signed.replace('extension', 'extensiom'))).toBe('signature')
    expect(opening(signed.replace('extension\n', ''))).toBe('signature')
    const onlyWitness = () =>
      openNote(`${text}\n${signed.slice(signed.lastIndexOf('—'))}`, [witnessKey])
    expect(codeOf(onlyWitness)).toBe('signature')
  })

  test('a note without any known key is refused', () => {
    expect(codeOf(() => openNote(note, [witnessKey]))).toBe('signature')
  })

  test('a checkpoint of another origin than the name of its key is refused', () => {
    const other = formatCheckpoint({ ...checkpoint, origin: 'other.example' })
    expect(opening(signNote(other, ORIGIN, log))).toBe('checkpoint')
  })

  test('a cosignature does not stand for the log, nor the log for a witness', () => {
    const posing = formatVkey(ORIGIN, log.pub, 'cosignature')
    const line = cosignatureLine(text, { name: ORIGIN, key: log, time: 1 })
    expect(codeOf(() => openCheckpoint(`${text}\n${line}`, posing))).toBe('signature')
  })
})

describe('written keys', () => {
  test.each([
    ['', 'vkey'],
    ['name', 'vkey'],
    [vkey.replace('27fa3179', '27fa3178'), 'vkey'],
    [vkey.replace('27fa3179', '27FA3179'), 'vkey'],
    [vkey.replace(ORIGIN, 'a b'), 'vkey'],
    [vkey.replace(ORIGIN, ''), 'vkey'],
    [`${vkey}+`, 'base64'],
    [`${vkey} `, 'base64'],
    [`x+00000000+${toBase64(Uint8Array.of(6, ...log.pub))}`, 'vkey'],
    [`x+00000000+${toBase64(Uint8Array.of(1, ...log.pub, 0))}`, 'vkey'],
  ])('%j is refused', (written, code) => {
    expect(codeOf(() => parseVkey(written))).toBe(code)
  })

  test('a vkey around a weak key is refused by the gate', () => {
    const weak = Uint8Array.of(1, ...new Uint8Array(31))
    expect(codeOf(() => parseVkey(formatVkey('x', weak)))).toBe('key')
  })

  test('a secret that does not fit its id is refused, and never shown', () => {
    const secret = formatNoteSecret('x', new Uint8Array(32).fill(1))
    for (const bad of [
      secret.slice(12),
      secret.replace(/\+[0-9a-f]{8}\+/, '+00000000+'),
      secret.slice(0, -1),
    ]) {
      expect(codeOf(() => parseNoteSecret(bad))).not.toBe('accepted')
      expect(() => parseNoteSecret(bad)).not.toThrow(/AQEB/)
    }
  })

  test('the key id is the start of a hash over name, type and key', () => {
    expect(toHex(noteKeyId(ORIGIN, 'note', log.pub))).toBe('27fa3179')
    expect(fromBase64(vkey.split('+')[2] ?? '')[0]).toBe(1)
  })
})
