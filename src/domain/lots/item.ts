import type { Document } from "../sequences/bound.ts";

/** One item of `POST /v1/lots`, in one of its four forms; what all of them take. */
interface Shared extends Document {
  readonly product: string;
  /** Decimal string; 1 when left out. */
  readonly quantity_each?: string | undefined;
  readonly expires_on?: string | undefined;
  readonly produced_on?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** `count` lots with new numbers of the product's sequence. */
export interface CountItem extends Shared {
  readonly count: number;
}

/** `count` lots whose names go on from one made elsewhere, as if they were given one by one. */
export interface ContinueItem extends Shared {
  readonly first_name: string;
  readonly count: number;
  readonly allow_jump?: boolean | undefined;
}

/** Lots of names made elsewhere. */
export interface NamesItem extends Shared {
  readonly names: readonly string[];
  readonly allow_jump?: boolean | undefined;
}

/** Lots of names that a reservation holds: all that are open, or `count` from `first_name`. */
export interface ReservationItem extends Shared {
  readonly reservation: string;
  readonly first_name?: string | undefined;
  readonly count?: number | undefined;
}

export type LotItem = CountItem | ContinueItem | NamesItem | ReservationItem;

/** An item as the store's function takes it; see `lot_request` in the migrations. */
export interface LotRequest {
  readonly product: string;
  readonly product_definition: string;
  readonly source: "draw" | "names" | "reservation";
  readonly sequence: string | null;
  /** The period that numbers are drawn from. */
  readonly period?: string;
  readonly definition: string | null;
  readonly quantity: string;
  readonly produced_on: string | null;
  readonly expires_on: string | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly prefix?: string;
  readonly width?: number;
  readonly suffix?: string;
  readonly count?: number | null;
  readonly numbered?: boolean;
  readonly allow_jump?: boolean;
  readonly reservation_sequence?: string;
  readonly reservation_period?: string;
  readonly reservation_first?: string;
  readonly first_name?: string | null;
  readonly names?: readonly string[];
  readonly numbers?: readonly (string | null)[];
  /** The periods that the names' numbers belong to. */
  readonly periods?: readonly (string | null)[];
}
