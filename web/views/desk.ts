/** What lies on an agency's desk for a form: who works there in which roles, and what was bought before. */

/** A person of the agency and the roles that it holds there now. */
export interface Colleague {
  person: string
  roles: string[]
}

export interface PastPurchase {
  ocid: string
  title: string
}
