/** The greatest step from one number to the next. */
export const greatestIncrement = 1_000_000_000n;
