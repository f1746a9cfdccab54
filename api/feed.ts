/**
 * The open steps of one procurement from a number on: each once, in order, none lost. A reader says where it stands; what
 * came since is read from the record first, and again whenever there may be more, so that it does not matter what was
 * told, when, or how often.
 */
export interface Step {
  pseq: number
  type: string
}

export interface FeedOptions {
  /** Number of the last step that the reader has. */
  after: number
  /** Steps of the record after a number, in order, at most `limit`. */
  read: (after: number, limit: number) => Promise<Step[]>
  give: (step: Step) => void
}

export interface Feed {
  /**
   * Gives what the record has beyond what was given. With a number: only if that step was not given yet. Rejects where
   * the record cannot be read; calls during a reading are answered by one more.
   */
  advance: (upTo?: number) => Promise<void>
}

const PAGE = 100

export function createFeed({ after, read, give }: FeedOptions): Feed {
  let last = after
  let isReading = false
  let asked = 0

  return {
    async advance(upTo = Infinity) {
      if (upTo <= last) return
      asked += 1
      if (isReading) return
      isReading = true
      try {
        while (await readOn());
      } finally {
        isReading = false
      }
    },
  }

  /** Whether there may be more: it was asked meanwhile, or the page was full. */
  async function readOn(): Promise<boolean> {
    const answered = asked
    const steps = await read(last, PAGE)
    for (const step of steps) {
      give(step)
      last = step.pseq
    }
    return asked > answered || steps.length === PAGE
  }
}
