import type { Job, JobFacts } from "../jobs/job.ts";
import { shownJob } from "../jobs/job.ts";
import type { LotState } from "../lots/lot.ts";

export const receiptStatuses = ["received", "cancelled"] as const;
export type ReceiptStatus = (typeof receiptStatuses)[number];

/** A lot that was there and grew, or a serial that came back. */
export interface GrownLot {
  readonly name: string;
  readonly quantity: string;
  readonly quantity_before: string;
  readonly state_before: LotState;
}

/** A line of a receipt as the wire knows it. */
export interface ReceiptLine {
  readonly product: string;
  readonly quantity: string;
  readonly quantity_per_lot: string | null;
  readonly location: string | null;
  readonly produced_on: string | null;
  readonly expires_on: string | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  /** Lots that the receipt's job records for the line, and the first and last of their names. */
  readonly new_lots: number;
  readonly first_name: string | null;
  readonly last_name: string | null;
  /** Lots that were there, and the first 100 of them. */
  readonly grown_lots: number;
  readonly grown: readonly GrownLot[];
}

interface Shared {
  readonly id: string;
  readonly reference: string;
  readonly status: ReceiptStatus;
  readonly at: string | null;
  readonly created_at: string;
  readonly cancelled_at: string | null;
  readonly reason: string | null;
  readonly lines: readonly ReceiptLine[];
}

/** A receipt as the store tells it. */
export interface ReceiptFacts extends Shared {
  readonly job: JobFacts | null;
}

/** A receipt as the wire knows it. */
export interface Receipt extends Shared {
  readonly job: Job | null;
}

export function shownReceipt(facts: ReceiptFacts): Receipt {
  const { id, reference, status, at, created_at, cancelled_at, reason, lines, job } = facts;
  return {
    id,
    reference,
    status,
    at,
    created_at,
    cancelled_at,
    reason,
    lines: lines.map((line) => ({
      product: line.product,
      quantity: line.quantity,
      quantity_per_lot: line.quantity_per_lot,
      location: line.location,
      produced_on: line.produced_on,
      expires_on: line.expires_on,
      attributes: line.attributes,
      new_lots: line.new_lots,
      first_name: line.first_name,
      last_name: line.last_name,
      grown_lots: line.grown_lots,
      grown: line.grown.map(({ name, quantity, quantity_before, state_before }) => ({
        name,
        quantity,
        quantity_before,
        state_before,
      })),
    })),
    job: job === null ? null : shownJob(job),
  };
}
