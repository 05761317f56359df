import type { FactsOf } from "../../../errors.ts";
import { lotLimits } from "../../lots/limits.ts";
import type { PassedNumber } from "./decisions.ts";
import type { ShownNumber } from "./shown-numbers.ts";

/** Where a series goes on; see `known_lots_v1`. */
export interface KnownCounter {
  readonly sequence: string;
  readonly period: string;
  readonly next: string;
  readonly step: string;
  /** The highest number that a dry run came to before. */
  readonly tried: string | null;
}

type JumpFacts = FactsOf<"jump_too_far">;

interface Counter {
  readonly next: bigint;
  readonly step: bigint;
}

/** The counters of series as the rows of a file move them. Nothing is too far ahead of one that is not known. */
export class Counters {
  readonly #counters = new Map<string, Counter>();
  readonly #highest = new Map<string, ShownNumber>();

  constructor(known: readonly KnownCounter[]) {
    for (const { sequence, period, next, step, tried } of known) {
      const counter = { next: BigInt(next), step: BigInt(step) };
      this.#counters.set(
        seriesKey(sequence, period),
        tried === null ? counter : movedPast(counter, BigInt(tried)),
      );
    }
  }

  /** Why a wide number is too far ahead; null when it is not. */
  jumpTo({ counter: sequence, number, isWide, form }: ShownNumber): JumpFacts | null {
    const next = this.#counters.get(seriesKey(sequence, form.period))?.next;
    if (!isWide || next === undefined || number - next <= lotLimits.jump) return null;
    return { sequence, next, number, ahead: number - next, limit: lotLimits.jump, imported: true };
  }

  /** Moves a counter past a number. */
  pass(shown: ShownNumber): void {
    const { counter: sequence, number, form } = shown;
    const key = seriesKey(sequence, form.period);
    const counter = this.#counters.get(key);
    if (counter !== undefined) this.#counters.set(key, movedPast(counter, number));
    const highest = this.#highest.get(key);
    if (highest === undefined || highest.number < number) this.#highest.set(key, shown);
  }

  /** The highest number of each series that was passed. */
  passed(): PassedNumber[] {
    return Array.from(this.#highest.values(), ({ counter, number, form }) => ({
      sequence: counter,
      period: form.period,
      number: number.toString(),
    }));
  }
}

/** A line break stands in no key of a sequence. */
export function seriesKey(sequence: string, period: string): string {
  return `${sequence}\n${period}`;
}

/** As `numbers_to_pass` in the migrations: in whole steps. */
function movedPast({ next, step }: Counter, number: bigint): Counter {
  if (number < next) return { next, step };
  return { next: next + ((number - next) / step + 1n) * step, step };
}
