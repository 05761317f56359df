import type { Failure } from "../../../errors.ts";
import { failureOfRefusal } from "../../../errors.ts";
import type { KnownPattern } from "../../definitions/definitions.ts";
import { findOverlap } from "../../overlap/find-overlap.ts";
import { findSelfClash } from "../../overlap/find-self-clash.ts";
import { patternsOfTenant } from "../../overlap/known-patterns.ts";
import { overlapRefusal, selfClashRefusal } from "../../overlap/refusals.ts";
import type { PatternVersion } from "../../overlap/version.ts";
import type { Applying } from "./decisions.ts";

/** Holds the patterns of new sequences against those that there are and against one another. */
export class NewPatterns {
  readonly #versions: (KnownPattern | PatternVersion)[];
  /** Of the patterns that there are; whoever writes must find it unchanged. */
  readonly epoch: string;

  private constructor(epoch: string, versions: readonly KnownPattern[]) {
    this.epoch = epoch;
    this.#versions = versions.filter(({ allowOverlap }) => !allowOverlap);
  }

  static async of({ db, tenant }: Pick<Applying, "db" | "tenant">): Promise<NewPatterns> {
    const { epoch, versions } = await patternsOfTenant(db, tenant);
    return new NewPatterns(epoch, versions);
  }

  /** Adds a pattern, or says why it cannot be one. */
  add(version: PatternVersion): Failure | null {
    const clash = findSelfClash(version);
    if (clash !== null) return failureOfRefusal(selfClashRefusal(clash));
    const overlap = findOverlap(version, this.#versions);
    if (overlap !== null) return failureOfRefusal(overlapRefusal(version, overlap));
    this.#versions.push(version);
    return null;
  }
}
