import type { Failure } from "../../../errors.ts";
import { failureOfRefusal } from "../../../errors.ts";
import type { KnownPattern, KnownPatterns } from "../../definitions/definitions.ts";
import { findOverlap } from "../../overlap/find-overlap.ts";
import { findSelfClash } from "../../overlap/find-self-clash.ts";
import { patternsOfTenant, unshareable } from "../../overlap/known-patterns.ts";
import { overlapRefusal, selfClashRefusal } from "../../overlap/refusals.ts";
import type { PatternVersion } from "../../overlap/version.ts";
import type { Applying } from "./decisions.ts";

/** Holds the patterns of new sequences against those that there are and against one another. */
export class NewPatterns {
  readonly #there: KnownPatterns;
  readonly #versions: (KnownPattern | PatternVersion)[];

  private constructor(there: KnownPatterns) {
    this.#there = there;
    this.#versions = there.versions.filter(({ allowOverlap }) => !allowOverlap);
  }

  static async of({ db, tenant }: Pick<Applying, "db" | "tenant">): Promise<NewPatterns> {
    return new NewPatterns(await patternsOfTenant(db, tenant));
  }

  /** Of the patterns that there are; whoever writes must find it unchanged. */
  get epoch(): string {
    return this.#there.epoch;
  }

  /** The sequences whose names a product must not have taken if `sequence` is to serve it. */
  unshareable(sequence: string | null): string[] {
    return unshareable(this.#there, sequence);
  }

  /** Adds a pattern, or says why it cannot be one. */
  add(version: PatternVersion): Failure | null {
    const clash = findSelfClash(version);
    if (clash !== null) return failureOfRefusal(selfClashRefusal(clash));
    const overlap = findOverlap(version, this.#versions);
    if (overlap !== null) {
      return failureOfRefusal(overlapRefusal(version, overlap, { imported: true }));
    }
    this.#versions.push(version);
    return null;
  }
}
