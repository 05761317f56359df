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
  readonly #added: KnownPattern[] = [];
  /** Whether new sequences may give names that others give. */
  readonly allowOverlap: boolean;
  /** Those that new ones must not overlap. */
  readonly #versions: PatternVersion[];

  private constructor(there: KnownPatterns, allowOverlap: boolean) {
    this.#there = there;
    this.allowOverlap = allowOverlap;
    this.#versions = there.versions.filter(({ allowOverlap }) => !allowOverlap);
  }

  static async of({
    db,
    tenant,
    allowOverlap,
  }: Pick<Applying, "db" | "tenant" | "allowOverlap">): Promise<NewPatterns> {
    return new NewPatterns(await patternsOfTenant(db, tenant), allowOverlap);
  }

  /** Of the patterns that there are; whoever writes must find it unchanged. */
  get epoch(): string {
    return this.#there.epoch;
  }

  /** The sequences whose names a product must not have taken if `sequence` is to serve it. */
  unshareable(sequence: string | null): string[] {
    const { epoch, versions } = this.#there;
    return unshareable({ epoch, versions: [...versions, ...this.#added] }, sequence);
  }

  /** Adds a pattern, or says why it cannot be one. */
  add(version: PatternVersion): Failure | null {
    const clash = findSelfClash(version);
    if (clash !== null) {
      // Of the patterns in files only Odoo's have periods that their text may not show.
      return failureOfRefusal(selfClashRefusal(clash, { dialect: "odoo", imported: true }));
    }
    const { allowOverlap } = this;
    const overlap = allowOverlap ? null : findOverlap(version, this.#versions);
    if (overlap !== null) {
      return failureOfRefusal(overlapRefusal(version, overlap, { imported: true }));
    }
    if (!allowOverlap) this.#versions.push(version);
    this.#added.push({ ...version, present: true, allowOverlap });
    return null;
  }
}
