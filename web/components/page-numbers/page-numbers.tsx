import { number } from '../../format.ts'

export interface PageNumbersProps {
  page: number
  pages: number
  /** Which lines are shown: "1 to 20 of 84". */
  position: string
  hrefOf: (page: number) => string
}

/** The pages of a list by number: the first, the last, and those around this one. */
export const PageNumbers = ({ page, pages, position, hrefOf }: PageNumbersProps) => (
  <nav class="tb-pages" aria-label="Pages of this list">
    <ul class="tb-pages__list">
      {page > 1 && (
        <li>
          <a class="tb-pages__page" href={hrefOf(page - 1)} rel="prev">
            Previous
          </a>
        </li>
      )}
      {numbersAround(page, pages).map((each, i) => (
        <li key={i}>
          {each === undefined ? (
            <span>…</span>
          ) : (
            <a
              class="tb-pages__page"
              href={hrefOf(each)}
              aria-label={`Page ${number(each)}`}
              aria-current={each === page ? 'page' : undefined}
            >
              {number(each)}
            </a>
          )}
        </li>
      ))}
      {page < pages && (
        <li>
          <a class="tb-pages__page" href={hrefOf(page + 1)} rel="next">
            Next
          </a>
        </li>
      )}
    </ul>
    <p>{position}</p>
  </nav>
)

/** Page numbers in order; undefined where some are left out. */
export function numbersAround(page: number, pages: number): (number | undefined)[] {
  const near = [1, page - 1, page, page + 1, pages].filter((each) => each >= 1 && each <= pages)
  const shown = [...new Set(near)].sort((a, b) => a - b)
  return shown.flatMap((each, i) => {
    const before = shown[i - 1]
    return before === undefined || each === before + 1 ? [each] : [undefined, each]
  })
}
