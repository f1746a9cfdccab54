import type { PageNumbersProps } from './page-numbers.tsx'

export const example: PageNumbersProps = {
  page: 4,
  pages: 9,
  position: '61 to 80 of 173',
  hrefOf: (page) => `/procurements?page=${page}`,
}
