import type { Document } from "../sequences/bound.ts";

/** A lot that a line gives by name. */
export interface GivenLot {
  readonly name: string;
  /** Decimal string; 1 when left out, of the only lot of a line all of it. */
  readonly quantity?: string | undefined;
  readonly expires_on?: string | undefined;
}

/**
 * A line of `POST /v1/receipts`. Its names are generated, continued from `first_name`, given in `lots` or
 * pasted as `text`; the last two may leave the quantity out, which is then their sum.
 */
export interface ReceiptLineInput {
  readonly product: string;
  readonly quantity?: string | undefined;
  readonly quantity_per_lot?: string | undefined;
  readonly first_name?: string | undefined;
  readonly lots?: readonly GivenLot[] | undefined;
  readonly text?: string | undefined;
  readonly produced_on?: string | undefined;
  readonly expires_on?: string | undefined;
  readonly fields?: Document["fields"];
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
  readonly location?: string | undefined;
  readonly allow_jump?: boolean | undefined;
}

/** What `POST /v1/receipts` asks for. */
export interface ReceiptInput {
  readonly reference: string;
  readonly at?: string | undefined;
  readonly lines: readonly ReceiptLineInput[];
}
