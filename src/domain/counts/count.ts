import type { Job, JobFacts } from "../jobs/job.ts";
import { shownJob } from "../jobs/job.ts";
import type { Document } from "../sequences/bound.ts";

export const countStatuses = ["draft", "applied"] as const;
export type CountStatus = (typeof countStatuses)[number];

/** Why applying a count does nothing for a line. */
export const skipReasons = ["product_without_sequence", "product_not_tracked"] as const;
export type SkipReason = (typeof skipReasons)[number];

/**
 * A line of `POST /v1/counts`: so many units at a location that carry no name yet, or with `lot` what is
 * there of that lot.
 */
export interface CountLineInput {
  readonly product: string;
  readonly location?: string | undefined;
  /** Decimal string, 0 or more. */
  readonly counted_quantity: string;
  readonly lot?: string | undefined;
  readonly fields?: Document["fields"];
  readonly produced_on?: string | undefined;
  readonly expires_on?: string | undefined;
}

/** What `POST /v1/counts` asks for. */
export interface CountInput {
  readonly reference?: string | undefined;
  readonly at?: string | undefined;
  readonly lines: readonly CountLineInput[];
}

/** A line of a count as the wire knows it. */
export interface CountLine {
  readonly product: string;
  readonly location: string | null;
  readonly lot: string | null;
  readonly counted_quantity: string;
  /** Of a draft what is recorded now, of an applied count what was before. */
  readonly recorded: string;
  readonly difference: string;
  readonly fields: Readonly<Record<string, string>> | null;
  readonly produced_on: string | null;
  readonly expires_on: string | null;
  readonly skipped: SkipReason | null;
  /** Lots that applying it made, and the first and last of their names. */
  readonly new_lots: number;
  readonly first_name: string | null;
  readonly last_name: string | null;
}

interface Shared {
  readonly id: string;
  readonly reference: string | null;
  readonly status: CountStatus;
  readonly at: string | null;
  readonly created_at: string;
  readonly applied_at: string | null;
  readonly lines: readonly CountLine[];
}

/** A count as the store tells it. */
export interface CountFacts extends Shared {
  readonly job: JobFacts | null;
}

/** A count as the wire knows it. */
export interface Count extends Shared {
  readonly job: Job | null;
}

export function shownCount(facts: CountFacts): Count {
  const { id, reference, status, at, created_at, applied_at, lines, job } = facts;
  return {
    id,
    reference,
    status,
    at,
    created_at,
    applied_at,
    lines: lines.map((line) => ({
      product: line.product,
      location: line.location,
      lot: line.lot,
      counted_quantity: line.counted_quantity,
      recorded: line.recorded,
      difference: line.difference,
      fields: line.fields,
      produced_on: line.produced_on,
      expires_on: line.expires_on,
      skipped: line.skipped,
      new_lots: line.new_lots,
      first_name: line.first_name,
      last_name: line.last_name,
    })),
    job: job === null ? null : shownJob(job),
  };
}
