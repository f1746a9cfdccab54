import { renderToString } from 'preact-render-to-string'
import { describe, expect, test } from 'vitest'
import { due, legalOf } from '../../procurement/index.ts'
import { createFile, type FileBuilder } from '../../tests/file-builder.ts'
import { dueOf, registerTask, taskOf, whereRow, type WorkView } from '../views/work.ts'
import { WorkPage } from './work.tsx'

const hostile = '<img src=x onerror=alert(1)>"\u202egnp.exe\u0000=cmd()'
const zone = 'America/Denver'
const context = { assets: { styles: { href: '/s', integrity: 'sha384-x' }, islands: {} } }
const names = new Map([['p-dana', 'Dana Whitlock']])

/** The home of somebody who owes the first duty of a type in the builder's file. */
function workOf(builder: FileBuilder, t: string, more: Partial<WorkView> = {}): WorkView {
  const { open } = builder.state
  const legalNow = legalOf(builder.file, builder.at)
  const duty = due(builder.state).find(({ type }) => type === t)
  if (!duty) throw new Error(`no ${t} is owed`)
  const row = whereRow({ open, next: duty, isYours: true, legalNow }, names)
  return {
    format: 'tenderbook-work/1',
    name: 'Dana Whitlock',
    now: builder.at,
    zone,
    tasks: [taskOf(open, duty, legalNow)],
    files: [row],
    turn: 'all',
    counts: { all: 1, yours: 1, others: 0 },
    more: 0,
    isRequester: false,
    ...more,
  }
}

function htmlOf(view: WorkView): string {
  const html = renderToString(<WorkPage view={view} context={context} />)
  expect(html).not.toMatch(/<img|\u202e/)
  expect(html).not.toMatch(/<[^>]*\s(style|on\w+)=|<style|<script(?![^>]*\ssrc=)/)
  expect(html.match(/<h1[\s>]/g)).toHaveLength(1)
  return html
}

describe('a home', () => {
  test('leads to the first task, says since when it waits and what waiting costs', () => {
    const builder = createFile().toKeyed()
    const html = htmlOf(workOf(builder, 'solicitation.publish'))
    expect(html.indexOf('What you need to do')).toBeLessThan(html.indexOf('Where is it?'))
    expect(html).toContain('/acts/solicitation.publish?duty=')
    expect(html).toContain('Waiting since Thu, Jan 8. The purchase waits. No legal limit. FAR 13')
    expect(html).toContain('Open for quotations')
    expect(html).not.toContain('New purchase')
  })

  test('of a requester begins with where everything is', () => {
    const builder = createFile().toDraft()
    const html = htmlOf(workOf(builder, 'funds.certify', { isRequester: true, tasks: [] }))
    expect(html.indexOf('Where is it?')).toBeLessThan(html.indexOf('What you need to do'))
    expect(html).toContain('href="/acts/requisition.submit"')
    expect(html).toContain('Nothing needs you today.')
  })

  test('shows whatever a purchase is called', () => {
    const builder = createFile().toDraft()
    builder.state.open.requisition.title = hostile
    expect(htmlOf(workOf(builder, 'funds.certify'))).toContain('&lt;img src=x')
  })

  test('of a registrar names the enrolments and vendors that wait', () => {
    const task = registerTask({
      key: 'vendor.confirm/v-x',
      t: 'vendor.confirm',
      label: 'Confirm a vendor',
      title: hostile,
      otherwise: 'It can win no order before.',
      zone,
      query: { vendor: 'v-x' },
    })
    const builder = createFile().toDraft()
    const html = htmlOf(workOf(builder, 'funds.certify', { tasks: [task], files: [], more: 3 }))
    expect(html).toContain('href="/acts/vendor.confirm?vendor=v-x"')
    expect(html).toContain('3 more run')
  })
})

describe('a limit', () => {
  const now = '2026-01-28T16:00:00.000000Z'

  test.each([
    ['2026-01-26T21:00:00.000000Z', '2 days over', true, false],
    ['2026-01-28T15:00:00.000000Z', 'Over since 8:00 AM MST', true, false],
    ['2026-01-29T00:00:00.000000Z', 'Today, 5:00 PM MST', false, true],
    ['2026-01-30T00:00:00.000000Z', 'Tomorrow, 5:00 PM MST', false, true],
    ['2026-01-30T21:00:00.000000Z', 'In 2 days', false, false],
  ])('%s is told as "%s"', (by, text, isOver, isSoon) => {
    expect(dueOf(by, now, zone)).toEqual({ text, isOver, isSoon })
  })

  test('is gold today and tomorrow only', () => {
    const builder = createFile().toKeyed()
    const view = workOf(builder, 'solicitation.publish')
    const [task] = view.tasks
    if (!task) throw new Error('no task')
    const soon = { ...task, by: now, due: dueOf('2026-01-29T00:00:00.000000Z', now, zone) }
    expect(htmlOf({ ...view, tasks: [soon] })).toContain('tb-todo__task--soon')
    expect(htmlOf(view)).not.toContain('tb-todo__task--soon')
  })
})
