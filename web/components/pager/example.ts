import type { PagerProps } from './pager.tsx'

export const example: PagerProps = {
  position: '128 entries in the record',
  earlier: '/entries?from=0',
  later: '/entries?from=100',
  json: '/entries.json',
}
