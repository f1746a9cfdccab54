/** The leaf of ledger-format.md's first worked entry. */
export const example = { value: 'nfHRC0JkDFkaFNulnBrOIN7bvA5gBtZnuJbVu4SafCs' }
