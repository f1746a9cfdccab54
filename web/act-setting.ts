/** What a page tells the script about an act: who signs it where. The payload is the form's own, never the server's. */
export interface ActSetting {
  t: string
  role: string
  /** Person of the session. */
  actor: string
  /** Key of the session. */
  kid: string
  /** What the statement cites of its file; absent: an act of the register, or one that opens a file. */
  place?: { tender: string; phase?: string; tenderHead?: string }
  /** What the button on the signing screen says. */
  verb: string
  follows: readonly string[]
  /** Where to go when it is recorded. */
  next: string
  zone: string
  method?: string
  /** Names of the persons and vendors that the payload may mention. */
  names: Record<string, string>
  /** Last real instant at which it may be recorded, for bids; absent: five minutes from now. */
  notAfter?: string
}
