/** Numbers `first` to `last`, `step` apart. */
export interface Run {
  readonly first: bigint;
  readonly last: bigint;
  readonly step: bigint;
}

/** Numbers from `from` up to and without `to`. A run of any step ends where its next number would be. */
export interface Stretch {
  readonly from: bigint;
  readonly to: bigint;
}

/** The name of a series as in a reservation's id. */
export function seriesName(sequence: string, period: string): string {
  return period === "" ? sequence : `${sequence}:${period}`;
}

/** Splits a reservation's id into its series and its first number. */
export function readReservation(id: string): { series: string; first: bigint } | undefined {
  const at = id.lastIndexOf(":");
  const digits = id.slice(at + 1);
  if (at < 1 || !/^\d{1,18}$/.test(digits)) return undefined;
  return { series: id.slice(0, at), first: BigInt(digits) };
}

/** How many numbers a run has. */
export function countOf({ first, last, step }: Run): bigint {
  return (last - first) / step + 1n;
}

/** Runs in ascending order of their first number. */
export function inOrder<R extends { readonly first: bigint }>(runs: readonly R[]): R[] {
  return runs.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
}

/** Pairs of runs that share numbers: each run with the one before it that reaches farthest. */
export function overlaps<R extends Run>(runs: readonly R[]): [R, R][] {
  const found: [R, R][] = [];
  let farthest: R | undefined;
  for (const run of inOrder(runs)) {
    if (farthest !== undefined && run.first <= farthest.last) found.push([farthest, run]);
    if (farthest === undefined || run.last > farthest.last) farthest = run;
  }
  return found;
}

/** What runs cover together, as the fewest stretches, in order. */
export function cover(runs: readonly Run[]): Stretch[] {
  const stretches: { from: bigint; to: bigint }[] = [];
  for (const { first, last, step } of inOrder(runs)) {
    const before = stretches.at(-1);
    if (before !== undefined && first <= before.to) {
      if (last + step > before.to) before.to = last + step;
    } else {
      stretches.push({ from: first, to: last + step });
    }
  }
  return stretches;
}

/** Whether a run lies within one of the stretches, which are in order and do not touch. */
export function isWithin(stretches: readonly Stretch[], { first, last }: Run): boolean {
  let low = 0;
  let high = stretches.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle]?.from ?? 0n) <= first) low = middle + 1;
    else high = middle;
  }
  const stretch = stretches[low - 1];
  return stretch !== undefined && last < stretch.to;
}

/** What is between `from` and `to` and in none of the stretches. */
export function gaps(stretches: readonly Stretch[], from: bigint, to: bigint): Stretch[] {
  const found: Stretch[] = [];
  let at = from;
  for (const stretch of stretches) {
    if (stretch.from > at && at < to) found.push({ from: at, to: min(stretch.from, to) });
    if (stretch.to > at) at = stretch.to;
  }
  if (at < to) found.push({ from: at, to });
  return found;
}

/** What is in both lists of stretches, each in order and without overlaps. */
export function common(some: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const found: Stretch[] = [];
  let place = 0;
  for (const one of some) {
    for (let other = others[place]; other !== undefined; other = others[place]) {
      const [from, to] = [max(one.from, other.from), min(one.to, other.to)];
      if (from < to) found.push({ from, to });
      if (other.to > one.to) break;
      place += 1;
    }
  }
  return found;
}

/** What is in the first list and not in the second, each in order and without overlaps. */
export function without(some: readonly Stretch[], others: readonly Stretch[]): Stretch[] {
  const [first, last] = [some[0], some.at(-1)];
  if (first === undefined || last === undefined) return [];
  return common(some, gaps(others, first.from, last.to));
}

/** The stretches together, as the fewest, in order. */
export function together(...lists: readonly (readonly Stretch[])[]): Stretch[] {
  return cover(lists.flat().map(({ from, to }) => ({ first: from, last: to - 1n, step: 1n })));
}

/** How many numbers stretches have that are `step` apart. */
export function numbersIn(stretches: readonly Stretch[], step: bigint): bigint {
  return stretches.reduce((sum, { from, to }) => sum + (to - from) / step, 0n);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** Things by the series they belong to. */
export function bySeries<T>(things: readonly T[], name: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const series = name(thing);
    const group = groups.get(series);
    if (group === undefined) groups.set(series, [thing]);
    else group.push(thing);
  }
  return groups;
}
