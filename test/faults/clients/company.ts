/** The sequences of the company whose clients call. Their patterns have no name in common. */
export const sequences = {
  /** Counts in its row, until so many wait that it is promoted. */
  row: { pattern: "R-{000000}" },
  hot: { pattern: "H-{000000}", hot: true },
  five: { pattern: "I-{000000}", increment: "5", start: "10" },
  gapless: { pattern: "G-{000000}", mode: "gapless" },
  yearly: { pattern: "Y{YYYY}-{00000}", reset: "yearly" },
  daily: { pattern: "D{YYYY}{MM}{DD}-{00000}", reset: "daily", hot: true },
  /** Has no number left soon, so that callers are refused. */
  tight: { pattern: "T-{000}", overflow: "reject" },
  /** Little used, so that a counter that was moved ahead can be set back before others draw. */
  spare: { pattern: "P-{000000}" },
  "spare-hot": { pattern: "PH-{000000}", hot: true },
  /** Counts in the naming series, with every pattern that renders the same text. */
  invoices: { dialect: "frappe", pattern: "SI-.YYYY.-.######" },
} as const;

export type SequenceKey = keyof typeof sequences;

/** Naming series as clients send them. The first two and `invoices` are one series in 2026. */
export const namingSeries = [
  "SI-.YYYY.-.#####",
  "SI-2026-.####",
  "PO-.{plant}.-.###",
  "Q-.YY.MM.-.####.-X",
  /** Ends with its width, as it touches a field. */
  "C-.{plant}.##",
] as const;

/** The products, by their sequence. */
export const products = {
  "serial-row": { tracking: "serial", sequence: "row" },
  "serial-hot": { tracking: "serial", sequence: "hot" },
  "serial-gapless": { tracking: "serial", sequence: "gapless" },
  "serial-daily": { tracking: "serial", sequence: "daily" },
  "lot-five": { tracking: "lot", sequence: "five" },
  /** Gets names made elsewhere only. */
  named: { tracking: "serial", sequence: "tight" },
} as const;

/** Lots of `named` that are there from the beginning, for everybody to change. */
export const shelf = ["SHELF-1", "SHELF-2", "SHELF-3", "SHELF-4"] as const;

export type ProductKey = keyof typeof products;
