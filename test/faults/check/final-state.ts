import type { RenderedSeries } from "./naming.ts";
import type { Run, Stretch } from "./runs.ts";

/** A series as it stands when all is quiet. */
export interface SeriesState {
  readonly sequence: string;
  /** Empty for a sequence that never resets. */
  readonly period: string;
  /** The number from which on it counts with that step: its first, as long as nobody changed the step. */
  readonly start: bigint;
  readonly step: bigint;
  /** The number that it would give next. */
  readonly next: bigint;
  readonly mode: "standard" | "gapless";
  /**
   * Whether it counts, or may have counted before its period was over, with a Postgres sequence, which does
   * not go back when a draw fails.
   */
  readonly promoted: boolean;
}

/** A row of the ledger. */
export interface LedgerEntry {
  readonly sequence: string;
  readonly period: string;
  readonly first: bigint;
  readonly last: bigint;
  readonly step: bigint;
  readonly kind: string;
  /** Why somebody moved or voided it. */
  readonly reason: string | null;
}

/** An item of a job, and what the table of lots has of it. */
export interface ItemState {
  readonly product: string;
  readonly count: number;
  /** The id of the reservation whose numbers it takes; null for names made elsewhere. */
  readonly reservation: string | null;
  /** True when the caller presented that reservation, false when the item drew it. */
  readonly presented: boolean;
  readonly first: bigint | null;
  readonly last: bigint | null;
  /** Units that the job's cursor has passed. */
  readonly passed: number;
  /** Names left out since other lots had them. */
  readonly skipped: number;
  /** Lots of it in the table. */
  readonly lots: number;
  readonly lowest: bigint | null;
  readonly highest: bigint | null;
  /** Lots whose name is not the rendering of their number. */
  readonly misnamed: number;
}

export interface JobState {
  readonly id: string;
  readonly status: string;
  readonly items: readonly ItemState[];
}

/** A lease, with what its holder told of it. */
export interface LeaseState extends Run {
  readonly id: string;
  /** The series that it counts in. */
  readonly sequence: string;
  readonly period: string;
  readonly holder: string;
  readonly token: string;
  /** The bound form of its names. */
  readonly form: RenderedSeries;
  readonly used: readonly Stretch[];
  /** Those of the used ones that were told when it had expired. */
  readonly late: readonly Stretch[];
  readonly givenBack: readonly Stretch[];
  /** How many the service says that are neither. */
  readonly open: bigint;
  readonly expiresAt: string;
  /** Whether it has, at the moment of this state. */
  readonly isExpired: boolean;
  readonly isClosed: boolean;
}

/** What the account calls a number's fate, run by run. */
export const fates = [
  "taken",
  "open",
  "on_lease",
  "unreported",
  "given_back",
  "voided",
  "skipped",
  "fenced",
  "burned",
  "in_flight",
] as const;

export type Fate = (typeof fates)[number];

/** A run of the account. */
export interface AccountRun extends Run {
  readonly period: string;
  readonly state: string;
  readonly reservation: string | null;
  /** The id of the lease that it is of; null for none. */
  readonly lease: string | null;
}

/** The account of a sequence: its sums, where `skipped` has the fenced ones, and where each number went. */
export interface AccountState {
  readonly sequence: string;
  readonly sums: Readonly<Record<Exclude<Fate, "fenced"> | "passed" | "reserved", bigint>>;
  readonly runs: readonly AccountRun[];
}

/** A receipt or a count, and the job that records its lots; null for none. */
export interface PaperState {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly job: string | null;
}

/** What the rows of an import came to. */
export interface ImportState {
  readonly id: string;
  /** Null until the file has come whole. */
  readonly rows: number | null;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly refused: number;
  /** The lines that are listed as refused. */
  readonly lines: readonly number[];
}

/** A change of lots, and how many have it in their history. */
export interface ChangeState {
  readonly reference: string | null;
  readonly product: string;
  readonly lots: number;
}

/** What an Idempotency-Key was used for, as the database has recorded it. */
export interface RecordedRequest {
  readonly key: string;
  readonly made:
    | {
        readonly kind: "run";
        readonly sequence: string;
        readonly period: string;
        readonly first: bigint;
        readonly last: bigint;
      }
    | { readonly kind: "job"; readonly job: string }
    /** Something without numbers of its own. */
    | { readonly kind: "other" };
}

/** The database after the last call, when nobody works any more. */
export interface FinalState {
  readonly series: readonly SeriesState[];
  readonly ledger: readonly LedgerEntry[];
  readonly jobs: readonly JobState[];
  readonly requests: readonly RecordedRequest[];
  readonly receipts: readonly PaperState[];
  readonly counts: readonly PaperState[];
  readonly imports: readonly ImportState[];
  readonly changes: readonly ChangeState[];
  /** Lots of which a change says that they were otherwise than the change before it, or the lot now, has it. */
  readonly brokenHistories: readonly {
    readonly product: string;
    readonly name: string;
    readonly field: string;
  }[];
  /** Lots with names made elsewhere. */
  readonly named: readonly { readonly product: string; readonly name: string }[];
  /** All lots. */
  readonly lots: number;
  readonly leases: readonly LeaseState[];
  /** Of every sequence that counts by itself. */
  readonly accounts: readonly AccountState[];
  /** Definitions of sequences, each with the sequence in whose series it counts. */
  readonly sequences: readonly {
    readonly key: string;
    readonly dialect: string;
    readonly pattern: string;
    readonly counter: string;
  }[];
  /** The sequence that numbers each product. */
  readonly products: readonly {
    readonly sku: string;
    readonly sequence: string;
    readonly tracking: string;
  }[];
}
