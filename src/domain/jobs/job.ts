/** Names one job of one tenant. */
export interface JobKey {
  readonly tenant: string;
  readonly job: string;
}

/** Sets the pump on a job: it looks after it in `afterMs`, and again until the job is finished. */
export type Arm = (key: JobKey, afterMs: number) => Promise<void>;

export type JobStatus = "queued" | "running" | "done" | "failed" | "cancelled";

/** Why a job stands still. */
export interface JobError {
  readonly code: string;
  readonly detail: string;
  readonly retryable: boolean;
  /** Of the database, when it was the database that refused. */
  readonly sqlstate?: string;
}

/** One line of a job. */
export interface JobItem {
  readonly product: string;
  readonly count: number;
  readonly done: number;
  readonly skipped: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly reservation: string | null;
}

/** A job as the store tells it. */
export interface JobFacts {
  readonly id: string;
  readonly status: JobStatus;
  readonly total: number;
  readonly done: number;
  readonly skipped: number;
  /** Units that chunks have worked off, of `chunked`. */
  readonly cursor: number;
  readonly chunked: number;
  readonly error: JobError | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly elapsed_s: number | null;
  readonly lease_left_s: number | null;
  readonly items: readonly JobItem[];
}

/** A job as the wire knows it. */
export interface Job {
  readonly id: string;
  readonly status: JobStatus;
  readonly total: number;
  readonly done: number;
  readonly skipped: number;
  /** Lots a second since the job began; null before. */
  readonly rate: number | null;
  /** Seconds that are left at this rate; null when unknown, 0 when finished. */
  readonly eta_s: number | null;
  readonly error: JobError | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly items: readonly JobItem[];
}

export function isFinished(status: JobStatus): boolean {
  return status === "done" || status === "failed" || status === "cancelled";
}

export function shownJob(facts: JobFacts): Job {
  const elapsed = facts.elapsed_s ?? 0;
  const rate = elapsed > 0 && facts.done > 0 ? facts.done / elapsed : null;
  const left = facts.chunked - facts.cursor;
  const eta = isFinished(facts.status) ? 0 : rate === null ? null : Math.ceil(left / rate);
  return {
    id: facts.id,
    status: facts.status,
    total: facts.total,
    done: facts.done,
    skipped: facts.skipped,
    rate: rate === null ? null : Math.round(rate),
    eta_s: eta,
    error: facts.error,
    created_at: facts.created_at,
    started_at: facts.started_at,
    finished_at: facts.finished_at,
    items: facts.items.map((item) => ({
      product: item.product,
      count: item.count,
      done: item.done,
      skipped: item.skipped,
      first_name: item.first_name,
      last_name: item.last_name,
      reservation: item.reservation,
    })),
  };
}
