const minute = 60;
const hour = 60 * minute;

/**
 * Seconds after each failed attempt until the next one: ten attempts over a little more than three days, as
 * Standard Webhooks proposes (section "Deliverability and reliability").
 */
const pauses = [
  5,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** By how much a pause is longer at most, as a part of it, so that what failed together is not tried together. */
const jitter = 0.2;

/** The longest time that a receiver may ask for, in seconds. */
const longestAsked = 24 * hour;

/** How long nothing gets through before a webhook is disabled, in seconds. */
export const givesUpAfter = 3 * 24 * hour;

/**
 * Seconds after the failed attempt of that number, which begins with 1, until the next; null: it was the last.
 * `asked` are the seconds that the receiver asked for, `random` is from 0 to 1.
 */
export function pauseAfter(attempt: number, asked: number, random: number): number | null {
  const pause = pauses[attempt - 1];
  if (pause === undefined) return null;
  return Math.max(pause * (1 + jitter * random), Math.min(asked, longestAsked));
}

/**
 * Seconds that a `Retry-After` asks for at `now`, in epoch milliseconds: a number of them, or a date (RFC 9110,
 * section 10.2.3). 0 where there is none.
 */
export function secondsAsked(header: string | null, now: number): number {
  if (header === null) return 0;
  if (/^\d{1,9}$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max((date - now) / 1000, 0);
}
