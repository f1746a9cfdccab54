import type { JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { expect, test } from 'vitest'
import { example as actForm } from './act-form/example.ts'
import { ActForm } from './act-form/act-form.tsx'
import { example as bar } from './bar/example.ts'
import { Bar } from './bar/bar.tsx'
import { example as choice } from './choice/example.ts'
import { Choice } from './choice/choice.tsx'
import { example as compare } from './compare/example.ts'
import { Compare } from './compare/compare.tsx'
import { example as entryTable } from './entry-table/example.ts'
import { EntryTable } from './entry-table/entry-table.tsx'
import { ErrorSummary } from './error-summary/error-summary.tsx'
import { example as errors } from './error-summary/example.ts'
import { example as facts } from './facts/example.ts'
import { Facts } from './facts/facts.tsx'
import { example as field } from './field/example.ts'
import { Field } from './field/field.tsx'
import { example as inUse } from './filters-in-use/example.ts'
import { FiltersInUse } from './filters-in-use/filters-in-use.tsx'
import { example as filters } from './filters/example.ts'
import { Filters, Words } from './filters/filters.tsx'
import { example as fold } from './fold/example.ts'
import { Fold } from './fold/fold.tsx'
import { example as hash } from './hash/example.ts'
import { Hash } from './hash/hash.tsx'
import { example as how } from './how-bought/example.ts'
import { HowBoughtCard } from './how-bought/how-bought.tsx'
import { example as instant } from './instant/example.ts'
import { Instant } from './instant/instant.tsx'
import { example as layout } from './layout/example.ts'
import { Layout } from './layout/layout.tsx'
import { example as pages } from './page-numbers/example.ts'
import { PageNumbers } from './page-numbers/page-numbers.tsx'
import { example as pager } from './pager/example.ts'
import { Pager } from './pager/pager.tsx'
import { example as preview } from './preview/example.ts'
import { Preview } from './preview/preview.tsx'
import { example as redline } from './redline/example.ts'
import { Redline } from './redline/redline.tsx'
import { example as results } from './results/example.ts'
import { Results } from './results/results.tsx'
import { example as rows } from './rows/example.tsx'
import { Rows } from './rows/rows.tsx'
import { example as select } from './select/example.ts'
import { Select } from './select/select.tsx'
import { example as stages } from './stages/example.ts'
import { Stages } from './stages/stages.tsx'
import { example as slot } from './slot/example.ts'
import { Slot } from './slot/slot.tsx'
import { examples as boxes } from './state-box/example.ts'
import { StateBox } from './state-box/state-box.tsx'
import { example as steps } from './steps/example.ts'
import { Steps } from './steps/steps.tsx'
import { example as sums } from './sums/example.ts'
import { Sums } from './sums/sums.tsx'
import { example as training } from './training/example.ts'
import { Training } from './training/training.tsx'
import { example as verify } from './verify/example.ts'
import { Verify } from './verify/verify.tsx'

/** Every component with its example, and what a reader must find in it. */
const rendered: [name: string, element: JSX.Element, says: string][] = [
  ['a form that signs', <ActForm {...actForm} />, 'You cannot go on yet, because'],
  ['a bar', <Bar {...bar} />, 'Quotations close'],
  ['a choice', <Choice {...choice} />, '<legend'],
  ['a comparison', <Compare {...compare} />, 'stated 894.00'],
  ['a field', <Field {...field} />, 'value="21,580.00"'],
  ['a table of entries', <EntryTable {...entryTable} />, 'Recorded, Mountain Time'],
  ['an error summary', <ErrorSummary {...errors} />, 'href="#code"'],
  ['the filters in use', <FiltersInUse {...inUse} />, 'Remove the filter'],
  ['the words of a search', <Words {...filters} />, 'value="tents"'],
  ['filters', <Filters {...filters} />, ', 3 in use'],
  ['page numbers', <PageNumbers {...pages} />, 'aria-current="page"'],
  ['results', <Results {...results} />, '1 day 8 hours left'],
  ['facts', <Facts {...facts} />, '<dt>Who bought</dt>'],
  ['a fold', <Fold {...fold} />, '<details'],
  ['a hash', <Hash {...hash} />, '9df1d10b 42640c59 1a14dba5 9c1ace20'],
  ['how a purchase is bought', <HowBoughtCard how={how} />, 'FAR 5.101(a)(2)'],
  ['a preview', <Preview {...preview} />, 'Price, then Delivery date'],
  ['a redline', <Redline {...redline} />, '<del>'],
  ['rows', <Rows {...rows} />, '<template>'],
  ['a list of short answers', <Select {...select} />, 'value="delivery" selected'],
  ['an instant', <Instant {...instant} />, 'Tue, Jan 27, 2026, 2:00 PM MST'],
  ['the frame', <Layout {...layout} />, 'Not an official website of the United States government.'],
  ['a pager', <Pager {...pager} />, 'rel="next"'],
  ['stages', <Stages {...stages} />, 'aria-current="step"'],
  ['steps', <Steps {...steps} />, 'href="/entries/245184"'],
  ['a slot', <Slot {...slot} />, 'Missing'],
  ['sums', <Sums {...sums} />, '19,897.12'],
  ['a training clock', <Training {...training} />, '86,400 times as fast'],
  ['a check', <Verify {...verify} />, 'What this does not prove'],
  ...boxes.map((box): [string, JSX.Element, string] => [
    `a box that is ${box.box.kind}`,
    <StateBox {...box} />,
    'tb-box__headline',
  ]),
]

test.each(rendered)('%s says what it is for, within the content policy', (_, element, says) => {
  const html = renderToString(element)
  expect(html).toContain(says)
  expect(html).not.toMatch(/\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|undefined|\[object/)
})

test('the frame has a skip link first, one main, and marks the current section', () => {
  const html = renderToString(<Layout {...layout} />)
  expect(html.indexOf('usa-skipnav')).toBeLessThan(html.indexOf('tb-header'))
  expect(html.match(/<main/g)).toHaveLength(1)
  expect(html).toMatch(/<a href="\/procurements" aria-current="page">Purchases/)
  expect(html).toMatch(/<script type="module" src="[^"]+" integrity="sha384-b">/)
})

test('gold is for the deadline only', () => {
  for (const box of boxes) {
    const html = renderToString(<StateBox {...box} />)
    expect(html.includes('tb-box--deadline')).toBe(box.box.kind === 'deadline')
  }
})

test('an asset that was not built is left out, and the page reads whole', () => {
  const html = renderToString(<Layout {...layout} islands={['nowhere']} />)
  expect(html).not.toContain('<script')
  expect(html).toContain('Content')
})
