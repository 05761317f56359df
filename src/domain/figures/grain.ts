/** The lengths of time that figures are listed by. */
export const grains = ["minute", "hour", "day"] as const;
export type Grain = (typeof grains)[number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How far back a list goes that says no beginning, in milliseconds. */
const usualSpan: Readonly<Record<Grain, number>> = {
  minute: hourMs,
  hour: dayMs,
  day: 30 * dayMs,
};

/** What a list of figures was asked for. */
export interface SpanInput {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly grain?: Grain | undefined;
}

/** What it covers: times as RFC 3339 in UTC, the end not included. */
export interface Span {
  readonly from: string;
  readonly to: string;
  readonly grain: Grain;
}

/**
 * The span of a list of figures, `now` in epoch milliseconds: up to now, and of the last day by the hour when nothing
 * is said. Without a grain one is taken of which a span has some hundred at most.
 */
export function spanOf({ from, to, grain }: SpanInput, now: number): Span {
  const end = to === undefined ? now + 1 : Date.parse(to);
  const begin = from === undefined ? end - usualSpan[grain ?? "hour"] : Date.parse(from);
  return {
    from: new Date(begin).toISOString(),
    to: new Date(end).toISOString(),
    grain: grain ?? fitting(end - begin),
  };
}

function fitting(ms: number): Grain {
  if (ms <= 6 * hourMs) return "minute";
  return ms <= 14 * dayMs ? "hour" : "day";
}
