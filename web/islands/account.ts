/** One's own receipts, and what a registration has not uploaded yet. */
void import('../browser/account.ts').then(({ showAccount }) => showAccount())
