import type { ActFormProps } from './act-form.tsx'

export const example: ActFormProps = {
  setting: {
    t: 'funds.certify',
    role: 'BU',
    actor: 'p-sam',
    kid: 'A'.repeat(43),
    place: { tender: 'ocds-213czf-1', phase: 'draft' },
    verb: 'Sign and certify',
    follows: [],
    next: '/home',
    zone: 'America/Denver',
    names: { 'p-sam': 'Sam Okoro' },
  },
  button: 'Check and sign',
  because: ['The amount is missing.'],
  children: 'Fields of the form',
}
