/** Work that must not overlap: each begins when the one before has ended. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    // The next one begins whatever became of this one, whose caller hears of it.
    last = result.catch(() => undefined)
    return result
  }
}
