import { howBought, type HowBought } from '../../how-bought.ts'

export const example: HowBought = howBought({
  value: { amount: '2158000', currency: 'USD' },
  agency: { org: 'granite-lakes', zone: 'America/Denver', calendar: 'us-federal' },
  at: '2026-01-08T16:00:00.000000Z',
})
