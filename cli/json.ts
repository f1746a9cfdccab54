/** The value of a JSON text; undefined, which no schema takes, where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whoever asked reads the value by a schema, and says what is wrong.
    return undefined
  }
}
