/**
 * Group commit: items that come while a transaction runs are taken together into the next. Nobody waits for a clock; an
 * idle writer takes what is there.
 */
export interface GroupOptions<Item> {
  /** Greatest number taken into one run. */
  batchMax: number
  /** Greatest number waiting; beyond it `offer` says no. */
  waitingMax: number
  /** Does the work and answers each item itself; must not throw. */
  run: (items: Item[]) => Promise<void>
}

export class Group<Item> {
  readonly #options: GroupOptions<Item>
  #waiting: Item[] = []
  #running: Promise<void> | undefined

  constructor(options: GroupOptions<Item>) {
    this.#options = options
  }

  /** Takes an item, unless the queue is full. */
  offer(item: Item): boolean {
    if (this.#waiting.length >= this.#options.waitingMax) return false
    this.#waiting.push(item)
    this.#running ??= this.#drain()
    return true
  }

  /** Resolves when everything that was taken is answered. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  async #drain(): Promise<void> {
    // What is offered in the same turn goes along.
    await Promise.resolve()
    while (this.#waiting.length > 0)
      await this.#options.run(this.#waiting.splice(0, this.#options.batchMax))
    this.#running = undefined
  }
}
