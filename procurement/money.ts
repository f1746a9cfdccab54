/**
 * Money and quantities, exact. Money is integer minor units of an ISO 4217 currency; quantities are
 * decimal strings of at most six places. All arithmetic is in `bigint`; a float never touches
 * either.
 *
 * Refuses: other currencies than those of ISO 4217, arithmetic over two currencies, texts that are
 * not in the wire form (both throw: parsed payloads cannot hold them).
 */
import type { Money } from './state.ts'

/** ISO 4217 codes of currencies whose minor unit is not a hundredth. */
const EXPONENTS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'
      .split(' ')
      .map((code) => [code, 0]),
  ),
  ...Object.fromEntries('BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
}

const HUNDREDTHS = new Set(
  (
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW ' +
    'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ' +
    'ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV ' +
    'MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD ' +
    'SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG'
  ).split(' '),
)

/** Whether ISO 4217 lists this currency. */
export function isCurrency(code: string): boolean {
  return HUNDREDTHS.has(code) || Object.hasOwn(EXPONENTS, code)
}

/**
 * Number of decimal places of a currency's minor unit: USD 2, PYG 0, KWD 3. Throws RangeError for
 * no currency.
 */
export function currencyExponent(code: string): number {
  if (HUNDREDTHS.has(code)) return 2
  const exponent = Object.hasOwn(EXPONENTS, code) ? EXPONENTS[code] : undefined
  if (exponent === undefined) throw new RangeError(`${code} is not a currency of ISO 4217`)
  return exponent
}

/** Money of an amount in minor units. */
export function money(amountMinor: bigint, currency: string): Money {
  return { amount: amountMinor.toString(), currency }
}

/** The amount in minor units. Throws SyntaxError where the text is no integer. */
export function minorUnits(value: Money): bigint {
  return BigInt(value.amount)
}

export function addMoney(a: Money, b: Money): Money {
  return money(minorUnits(a) + minorUnits(b), sameCurrency(a, b))
}

export function subtractMoney(a: Money, b: Money): Money {
  return money(minorUnits(a) - minorUnits(b), sameCurrency(a, b))
}

/** Sum in `currency`; zero for no values. */
export function sumMoney(values: readonly Money[], currency: string): Money {
  return values.reduce(addMoney, money(0n, currency))
}

/**
 * Negative, zero or positive, as `a` is less than, equal to or more than `b`. Throws RangeError
 * over two currencies.
 */
export function compareMoney(a: Money, b: Money): number {
  sameCurrency(a, b)
  const difference = minorUnits(a) - minorUnits(b)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** Whether both are the same amount of the same currency. Never throws. */
export function equalMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && minorUnits(a) === minorUnits(b)
}

function sameCurrency(a: Money, b: Money): string {
  if (a.currency !== b.currency)
    throw new RangeError(`${a.currency} and ${b.currency} cannot be reckoned together`)
  return a.currency
}

/**
 * For people: `19,888.00 USD`, `−1,250 PYG`. What a vendor sealed in no known currency is shown as
 * it stands.
 */
export function showMoney(value: Money): string {
  if (!isCurrency(value.currency)) return `${value.amount} (minor units) ${value.currency}`
  const exponent = currencyExponent(value.currency)
  const amount = minorUnits(value)
  const digits = (amount < 0n ? -amount : amount).toString().padStart(exponent + 1, '0')
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ',')
  const fraction = exponent === 0 ? '' : `.${digits.slice(-exponent)}`
  return `${amount < 0n ? '−' : ''}${whole}${fraction} ${value.currency}`
}

/** Decimal places of a quantity. */
const PLACES = 6
const UNIT = 10n ** BigInt(PLACES)
const QUANTITY = /^(0|[1-9]\d{0,11})(?:\.(\d{1,6}))?$/

/**
 * Whether a text is a quantity: a decimal, not negative, at most 12 digits before and 6 after the
 * point.
 */
export function isQuantity(text: string): boolean {
  return QUANTITY.test(text)
}

/** A quantity in millionths. Throws RangeError where it is not of the form. */
export function millionths(quantity: string): bigint {
  const match = QUANTITY.exec(quantity)
  if (match === null) throw new RangeError(`${quantity} is not a quantity`)
  return BigInt(match[1] ?? '0') * UNIT + BigInt((match[2] ?? '').padEnd(PLACES, '0'))
}

/** The shortest text of a quantity in millionths: `12`, `0.5`. Throws RangeError below zero. */
export function quantityOf(value: bigint): string {
  if (value < 0n) throw new RangeError('a quantity is not negative')
  const fraction = (value % UNIT).toString().padStart(PLACES, '0').replace(/0+$/, '')
  return `${(value / UNIT).toString()}${fraction === '' ? '' : `.${fraction}`}`
}

export function addQuantity(a: string, b: string): string {
  return quantityOf(millionths(a) + millionths(b))
}

/** Negative, zero or positive; `12` and `12.00` are equal. */
export function compareQuantity(a: string, b: string): number {
  const difference = millionths(a) - millionths(b)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/**
 * quantity × unit price in minor units, rounded half away from zero to a whole minor unit; `exact`
 * says whether nothing was rounded. A rounding is a fact that people must be able to see, so it is
 * never silent.
 */
export function extend(quantity: string, unitPrice: Money): { amount: Money; exact: boolean } {
  const product = millionths(quantity) * minorUnits(unitPrice)
  return {
    amount: money(divideHalfUp(product, UNIT), unitPrice.currency),
    exact: product % UNIT === 0n,
  }
}

/**
 * numerator ÷ denominator, rounded half away from zero. Throws RangeError unless the denominator is
 * positive.
 */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new RangeError('the denominator must be positive')
  const magnitude = numerator < 0n ? -numerator : numerator
  const rounded = (2n * magnitude + denominator) / (2n * denominator)
  return numerator < 0n ? -rounded : rounded
}
