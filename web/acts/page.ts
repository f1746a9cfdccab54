/**
 * The page of an act: what a person reads and fills in before signing a statement of one type. One file a type; adding a
 * step to the process is a rules file, such a page, and a test. A page is made from the file's public state and from what
 * its viewer may read besides; the payload is what its form holds.
 */
import type { JSX } from 'preact'
import type { Json } from '../../ledger/index.ts'
import type { Duty, OpenState, Role, Stage } from '../../procurement/index.ts'
import type { ActSetting } from '../act-setting.ts'
import type { Names } from '../views/entry.ts'

export interface ActViewer {
  person: string
  kid: string
  vendor?: string
  name: string
}

/** What a page is made from. */
export interface ActView {
  t: string
  viewer: ActViewer
  /** Absent: an act of the register, or one that opens a file. */
  file?: OpenState
  /** Agency in which it is signed. */
  org?: string
  zone: string
  /** Real and legal now. */
  now: string
  legalNow: string
  names: Names
  /** The viewer's duty that this act does, if one is owed. */
  duty?: Duty
  /** Everything that this file owes, of everybody. */
  duties: Duty[]
  /** What it answers: `?of=` of the address. */
  of?: string
  /** Other words of the address, as `?contract=`. */
  query: Readonly<Record<string, string>>
  /** Rows of the register that the page asked for. */
  row: (key: string) => Json | undefined
  /** What the viewer may read beyond the public state, where the page asked for it. */
  more: Readonly<Record<string, unknown>>
  /** Whether a file may be opened on a training clock: in development, never for a live agency. */
  mayTrain?: boolean
  setting: Omit<ActSetting, 'verb' | 'follows'>
  /** A legal instant of the file on the real clock. */
  realOf: (legal: string) => string
}

export interface ActPage {
  t: string
  /** `own`: what a person does about itself, whatever its roles. */
  role: Role | 'own'
  title: (view: ActView) => string
  /** What the button under the form says, where it is not "Check and sign". */
  button?: string
  /** What the button on the signing screen says. */
  verb: string
  /** What follows from the act and cannot be undone, in whole sentences. */
  follows?: (view: ActView) => string[]
  /** Register keys to load. */
  rows?: (
    file: OpenState | undefined,
    viewer: ActViewer,
    query: Readonly<Record<string, string>>,
  ) => string[]
  /** Persons and vendors to name, besides those of the file. */
  names?: (query: Readonly<Record<string, string>>) => string[]
  /** Names of private readings to load: `opened`, `own-bids`, `questions`, `opening-work`; of the agency's desk: `people`, `pasts`, `copied`. */
  reads?: readonly string[]
  /** Last real instant at which it may be recorded, of acts that race a deadline. */
  notAfter?: (view: ActView) => string | undefined
  /** Where to go when it is recorded; absent: to the file. */
  next?: (view: ActView) => string
  /** Stages in which it can be looked at, besides those of the act: it says itself why it must wait. */
  stages?: readonly Stage[]
  /** Why the button cannot be pressed yet. */
  because?: (view: ActView) => string[]
  /** Islands besides `act`. */
  islands?: readonly string[]
  /** What stands in the form. */
  Fields: (props: { view: ActView }) => JSX.Element
  /** What stands beside it, in the right column. */
  Aside?: (props: { view: ActView }) => JSX.Element
  /** Whether what stands beside the form is part of it, with the button under it. */
  isAsideInForm?: true
  /** What stands above the header as long as the act is not recorded. */
  Bar?: (props: { view: ActView }) => JSX.Element
}
