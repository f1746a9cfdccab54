import type { ErrorSummaryProps } from './error-summary.tsx'

export const example: ErrorSummaryProps = {
  errors: [{ field: 'code', message: '33411x is not a NAICS code. Use 2 to 6 digits.' }],
}
