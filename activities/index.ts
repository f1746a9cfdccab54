/** The effects of the workflows. They close over their dependencies; workflows import only the type of what this gives. */
import { Context } from '@temporalio/activity'
import type { Dependencies } from './dependencies.ts'
import { close, open, recipient, reveal } from './open.ts'
import { pay, settle } from './pay.ts'
import { read } from './read.ts'
import { record } from './record.ts'
import type { Activities, Perform } from './view.ts'

export type { Dependencies } from './dependencies.ts'

export function createActivities(deps: Dependencies): Activities {
  return {
    read: (ocid, seen) => read(deps, ocid, seen),
    record: (...of) => record(deps, ...of),
    recipient: (...of) => recipient(deps, ...of),
    reveal: (...of) => reveal(deps, ...of),
    close: withSignOfLife((...of) => close(deps, ...of)),
    open: withSignOfLife((...of) => open(deps, ...of)),
    pay: (...of) => pay(deps, ...of),
    settle: (...of) => settle(deps, ...of),
  }
}

const signOfLifeMs = 3000

/** Of an activity that may take minutes: when its process dies, it is tried elsewhere within seconds. */
function withSignOfLife(activity: Perform): Perform {
  return async (...of) => {
    const context = Context.current()
    const timer = setInterval(() => context.heartbeat(), signOfLifeMs)
    try {
      return await activity(...of)
    } finally {
      clearInterval(timer)
    }
  }
}
