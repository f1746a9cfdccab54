/** How much a person has uploaded: what quotas are reckoned from. */
import type { Sql } from './connection.ts'

/** Whose uploads: for one procurement that there is, else for none or for one that is not there yet. */
export interface UploadsOf {
  uploader: string
  tender?: string | undefined
}

/** What a row costs, whatever is in it. */
export const ROW_SIZE = 1_024

export interface Used {
  /** Bytes. */
  size: number
  /** Whether the procurement is there. */
  isOfTender: boolean
}

/** Bytes of ciphertexts and documents that are kept for this person; a small one counts as 1 KiB. */
export async function uploadedBy(sql: Sql, { uploader, tender }: UploadsOf): Promise<Used> {
  const [row] = await sql<Used[]>`
    with asked as (select exists (select from state where tender = ${tender ?? null}) as is_there)
    select asked.is_there as "isOfTender",
      coalesce(sum(greatest(octet_length(bytes), ${ROW_SIZE})), 0)::float8 as size
    from asked left join (
      select bytes, tender from blob where uploader = ${uploader}
      union all select bytes, tender from payload where uploader = ${uploader} and bytes is not null
    ) u on case when asked.is_there then u.tender = ${tender ?? null}
      else u.tender is null or not exists (select from state s where s.tender = u.tender) end
    group by asked.is_there`
  return row ?? { size: 0, isOfTender: false }
}
