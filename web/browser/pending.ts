/** Signed bytes whose outcome is not known yet, by the page that made them: a reload must not lose or double an act. */
const place = (page: string): string => `tenderbook:pending:${page}`

export function keepPending(page: string, envelope: string): void {
  sessionStorage.setItem(place(page), envelope)
}

export function forgetPending(page: string): void {
  sessionStorage.removeItem(place(page))
}

/** The envelope, base64. */
export function pendingAt(page: string): string | undefined {
  return sessionStorage.getItem(place(page)) ?? undefined
}
