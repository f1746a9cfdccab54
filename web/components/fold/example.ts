import type { FoldProps } from './fold.tsx'

export const example: FoldProps = {
  label: 'Raw statement, as signed',
  aside: '842 bytes',
  children: '{"v":1}',
}
