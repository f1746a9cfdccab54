import type { VerifyProps } from './verify.tsx'

export const example: VerifyProps = {
  island: 'verify-entry',
  source: '/entries/7.json',
  title: 'Verify in your browser',
  text: 'Your browser recomputes this from the bytes.',
  button: 'Verify in your browser',
  doesNotProve: ['That the reasons are true.'],
}
