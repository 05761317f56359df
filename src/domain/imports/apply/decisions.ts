import type { Database } from "../../../db/client.ts";
import { failure, type Failure, type FactsOf, type FailureCode } from "../../../errors.ts";
import type { Definitions } from "../../definitions/definitions.ts";
import type { PlacedRecord } from "../batch.ts";
import type { RefusedRow } from "../refusal.ts";

/** A sequence to be made; `fields` as the store keeps them. */
interface SequenceWrite {
  readonly key: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A counter whose next number is to be `next` or more. */
export interface CounterWrite {
  readonly sequence: string;
  readonly period: string;
  readonly next: string;
}

/** A product to be made or replaced. */
interface ProductWrite {
  readonly sku: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The sequences whose names it must not have taken. */
  readonly overlapping: readonly string[];
}

/** Lots of one product to be recorded; see `lot_request` and `import_item` in the migrations. */
export type LotsWrite = Readonly<Record<string, unknown>> & { readonly product: string };

/** The highest number of a series that names show. */
export interface PassedNumber {
  readonly sequence: string;
  readonly period: string;
  readonly number: string;
}

/** What a chunk of a file changes, if it is not tried only. */
export interface Writes {
  /** Of the patterns that new sequences were held against; null when there are none. */
  epoch: string | null;
  readonly sequences: SequenceWrite[];
  readonly counters: CounterWrite[];
  readonly products: ProductWrite[];
  lots: readonly LotsWrite[];
  /** Records of the file that are decided once more, behind all others. */
  readonly again: number[];
  /** The lots again, for a dry run: which record of the file each is. */
  readonly tried: { readonly product: string; readonly name: string; readonly record: number }[];
  /** The highest number of each series that they show, for a dry run as well. */
  passed: readonly PassedNumber[];
}

/** What each row of a chunk comes to, and what is to be written for it. */
export class Decisions {
  readonly writes: Writes = {
    epoch: null,
    sequences: [],
    counters: [],
    products: [],
    lots: [],
    again: [],
    tried: [],
    passed: [],
  };
  readonly outcome = { created: 0, updated: 0, unchanged: 0, refused: [] as RefusedRow[] };
  /** How many of the records were decided, from the first on; null for all. The others are of the next chunk. */
  decided: number | null = null;
  readonly #columns: Readonly<Record<string, string>>;

  /** `columns` are the headers that fields were read from. */
  constructor(columns: Readonly<Record<string, string>>) {
    this.#columns = columns;
  }

  count(outcome: "created" | "updated" | "unchanged"): void {
    this.outcome[outcome] += 1;
  }

  /** Leaves a row out; the first of `fields` that the file has names the column at fault. */
  refuse<Code extends FailureCode>(
    line: number,
    fields: readonly string[],
    code: Code,
    facts: FactsOf<Code>,
  ): void {
    this.refuseAs(line, fields, failure(code, facts));
  }

  /** Makes a sequence whose pattern was held against those of an epoch. */
  makeSequence(key: string, fields: SequenceWrite["fields"], epoch: string): void {
    this.writes.sequences.push({ key, fields });
    this.writes.epoch = epoch;
  }

  /** The same for a failure that a rule came to. */
  refuseAs(line: number, fields: readonly string[], { code, detail }: Failure): void {
    const field = fields.find((one) => this.#columns[one] !== undefined);
    const column = field === undefined ? null : (this.#columns[field] ?? null);
    this.outcome.refused.push({ line, column, code, detail });
  }
}

/** What deciding needs besides the records. */
export interface Applying {
  readonly db: Database;
  readonly tenant: string;
  readonly import: string;
  readonly definitions: Definitions;
  /** The headers that fields were read from. */
  readonly columns: Readonly<Record<string, string>>;
  /** Whether names may lie far beyond their counter. */
  readonly allowJump: boolean;
  /** Whether new sequences may give names that others give. */
  readonly allowOverlap: boolean;
  /** Whether nothing is to be written. */
  readonly isDry: boolean;
  /** Records of the file before the chunk. */
  readonly from: number;
}

/** Looks at what there is and decides what a chunk's records come to. Writes nothing. */
export type Decide<Item> = (
  applying: Applying,
  placed: readonly PlacedRecord<Item>[],
) => Promise<Decisions>;
