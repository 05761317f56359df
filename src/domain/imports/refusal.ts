import { failure, type FactsOf, type FailureCode } from "../../errors.ts";

/** A row that is left out, and why. */
export interface RefusedRow {
  readonly line: number;
  /** The header of the column that is at fault; null when it is the row as a whole. */
  readonly column: string | null;
  readonly code: FailureCode;
  /** What is wrong and what to change. */
  readonly detail: string;
}

/** Thrown where a value is read; caught where the row is. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly row: RefusedRow;

  constructor(row: RefusedRow) {
    super(row.code);
    this.row = row;
  }
}

/** The row of a report for a code of the one table of failures. */
export function refusedRow<Code extends FailureCode>(
  line: number,
  column: string | null,
  code: Code,
  facts: FactsOf<Code>,
): RefusedRow {
  return { line, column, code, detail: failure(code, facts).detail };
}
