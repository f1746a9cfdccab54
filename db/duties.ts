/** Which statement did a duty of the clock: looked up before the duty is done again. */
import type { Sql, Transaction } from './connection.ts'

export interface DutyDone {
  tender: string
  /** The duty's key, as `due` names it. */
  key: string
  /** Statement hash. */
  hash: Uint8Array
}

/** Notes duties that accepted statements have done; the first counts. */
export async function noteDuties(tx: Transaction, duties: readonly DutyDone[]): Promise<void> {
  if (duties.length === 0) return
  await tx`
    insert into duty_done (tender, key, hash) select * from unnest(
      ${duties.map(({ tender }) => tender)}::text[],
      ${duties.map(({ key }) => key)}::text[],
      ${tx.array(
        duties.map(({ hash }) => hash),
        17,
      )}::bytea[])
    on conflict do nothing`
}

/** Hash of the statement that did a duty, if one has. */
export async function findDuty(
  sql: Sql,
  tender: string,
  key: string,
): Promise<Uint8Array | undefined> {
  const [row] = await sql<{ hash: Uint8Array }[]>`
    select hash from duty_done where tender = ${tender} and key = ${key}`
  return row?.hash
}
