import type { Figure } from "./result.ts";

/** One thing to measure; answers its figure, in the unit of the comparison. */
export type Run = () => Promise<number>;

/**
 * Runs everything once a round, in turns: every other round backwards, so that what drifts meanwhile
 * hits all alike. Answers for each run its figures, round by round.
 */
export async function inTurns<Name extends string>(
  rounds: number,
  runs: Readonly<Record<Name, Run>>,
): Promise<Record<Name, number[]>> {
  // Object.keys forgets the type of the keys.
  const names = Object.keys(runs) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      figures[name].push(await runs[name]());
    }
  }
  return figures;
}

/** Sets a subject beside its baseline; both hold one figure a round, of the same rounds. */
export function compare(
  about: Pick<Figure, "setting" | "what" | "unit" | "against" | "note">,
  subject: readonly number[],
  baseline: readonly number[],
): Figure {
  const ratios = subject.map((figure, round) => figure / (baseline[round] ?? NaN));
  return {
    ...about,
    subject: median(subject),
    baseline: median(baseline),
    ratio: median(ratios),
    from: Math.min(...ratios),
    to: Math.max(...ratios),
    rounds: ratios.length,
  };
}

export function median(figures: readonly number[]): number {
  return quantile(figures, 0.5);
}

/** The figure below which `share` of them lie, 0 to 1; between two of them in proportion. */
export function quantile(figures: readonly number[], share: number): number {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? NaN;
  const above = sorted[Math.ceil(at)] ?? NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** How long it took, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
