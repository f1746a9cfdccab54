/** Refusals that the register's acts share. */
import { plain } from './policies/plain.ts'
import { ownRule, refuse, type Refusal } from './refusals.ts'

export const registered = ownRule('register')

export const notPossessed = refuse(
  'possession',
  ownRule('possession'),
  'The proof of possession is not a signature of this key for this person and log.',
  'Make the proof again with the key that is enrolled.',
  '/payload/pop',
)

export function enrolled(what: string, at: string): Refusal {
  return refuse(
    'already-enrolled',
    registered,
    `${what} is in the register already.`,
    'Use another id.',
    at,
  )
}

export function unknown(code: Refusal['code'], message: string, next: string, at: string): Refusal {
  return refuse(code, registered, message, next, at)
}

export function unknownPerson(id: string): Refusal {
  return unknown(
    'unknown-person',
    `${id} is not in the register.`,
    'Enrol the person first.',
    '/payload/person',
  )
}

export function unknownVendor(id: string): Refusal {
  return unknown(
    'unknown-vendor',
    `${id} is no vendor of this log.`,
    'Register the vendor first.',
    '/payload/vendor',
  )
}

export function checkCode(list: 'revoke' | 'role-end', code: string): Refusal | undefined {
  const codes = plain.reasons[list]
  if (codes.includes(code)) return undefined
  return refuse(
    'reason-code',
    ownRule('reasons'),
    `${code} is not a reason for this.`,
    `Choose one of: ${codes.join(', ')}.`,
    '/payload/reason/code',
  )
}
