/**
 * Sums of a price form as one types. Exact, in whole minor units; what is sealed is reckoned again by the rules' own code.
 * Small, because it comes with the page.
 */

const PLACES = 6

/** "1,318.00" in minor units; undefined where it is no price. */
export function typedPrice(text: string, exponent: number): bigint | undefined {
  const found = /^\$?(\d{1,15}|\d{1,3}(?:,\d{3}){1,4})(?:\.(\d+))?$/.exec(text.trim())
  const fraction = found?.[2] ?? ''
  if (!found || fraction.length > exponent) return undefined
  return BigInt((found[1] ?? '').replace(/,/g, '') + fraction.padEnd(exponent, '0'))
}

/** quantity × unit price, rounded half up to a minor unit. */
export function lineTotal(quantity: string, unitPrice: bigint): bigint {
  const [whole = '', fraction = ''] = quantity.split('.')
  const product = BigInt(whole + fraction.padEnd(PLACES, '0')) * unitPrice
  const one = 10n ** BigInt(PLACES)
  return (2n * product + one) / (2n * one)
}

/** "15,816.00" of minor units. */
export function priceText(minor: bigint, exponent: number): string {
  const digits = String(minor).padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ',')
  return exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`
}
