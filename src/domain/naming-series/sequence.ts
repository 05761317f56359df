import type { Dialect } from "../patterns/dialects.ts";

/**
 * The key of the sequence whose series are the tenant's naming series, each named by the rendered text
 * before its counter, whatever pattern rendered it. It is made at first use.
 */
export const namingSeries = "naming-series";

/** What decides in whose series a sequence counts. */
interface CounterPolicy {
  readonly dialect: Dialect;
  readonly mode: "standard" | "gapless";
  readonly start: bigint;
  readonly increment: bigint;
}

/**
 * The sequence in whose series that of `key` counts. A Frappe pattern counts in the naming series of the
 * tenant, as Frappe has one counter for each rendered text; one that is gapless, begins elsewhere or takes
 * other steps has series of its own.
 */
export function counterOf(key: string, { dialect, mode, start, increment }: CounterPolicy): string {
  const isShared = dialect === "frappe" && mode === "standard" && start === 1n && increment === 1n;
  return isShared ? namingSeries : key;
}
