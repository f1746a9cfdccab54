import { Layout } from '../components/layout/layout.tsx'
import { tame } from '../format.ts'
import { paths } from '../paths.ts'
import type { PageContext } from './procurements.tsx'

export interface ProblemView {
  title: string
  detail: string
  code: string
  cite: string
  next: string
  traceId: string
}

/** What a person sees where the answer is no: what is wrong, by which rule, and the way on. */
export const ProblemPage = ({
  problem,
  context,
}: {
  problem: ProblemView
  context: PageContext
}) => (
  <Layout title={problem.title} {...context}>
    <h1>{problem.title}</h1>
    <p class="tb-lede">{tame(problem.detail)}</p>
    <p>{tame(problem.next)}</p>
    <p class="tb-second tb-small">{`${problem.cite} · ${problem.code} · trace ${problem.traceId}`}</p>
    <p>
      <a href={paths.page.home}>All purchases</a>
    </p>
  </Layout>
)
