import type { BoundForm } from "../patterns/pattern.ts";
import type { Document } from "../sequences/bound.ts";

/** One item of `POST /v1/lots`, in one of its four forms; what all of them take. */
interface Shared extends Document {
  readonly product: string;
  /** Decimal string; 1 when left out. */
  readonly quantity_each?: string | undefined;
  readonly expires_on?: string | undefined;
  readonly produced_on?: string | undefined;
  readonly location?: string | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** `count` lots with new numbers of the product's sequence. */
export interface CountItem extends Shared {
  readonly count: number;
}

/** What holds for single names in place of what holds for all of them. */
interface OfEachName {
  /** One for each name. */
  readonly quantities?: readonly string[] | undefined;
  /** One for each name; null where none is given. */
  readonly expiries?: readonly (string | null)[] | undefined;
  readonly allow_jump?: boolean | undefined;
}

/** `count` lots whose names go on from one made elsewhere, as if they were given one by one. */
export interface ContinueItem extends Shared, OfEachName {
  readonly first_name: string;
  readonly count: number;
}

/** Lots of names made elsewhere. */
export interface NamesItem extends Shared, OfEachName {
  readonly names: readonly string[];
}

/** Lots of names that a reservation holds: all that are open, or `count` from `first_name`. */
export interface ReservationItem extends Shared {
  readonly reservation: string;
  readonly first_name?: string | undefined;
  readonly count?: number | undefined;
  /** Of the lease that the reservation is: its holder may record what is out on it. */
  readonly lease_token?: string | undefined;
}

export type LotItem = CountItem | ContinueItem | NamesItem | ReservationItem;

/** An item, and where it stands in the request. */
export interface PlacedItem<Item = LotItem> {
  readonly item: Item;
  /** JSON pointer. */
  readonly pointer: string;
  /** JSON pointer of a name, when it does not stand in `names` of the item. */
  readonly nameAt?: ((index: number) => string) | undefined;
}

/** The bound form of names made elsewhere, and the period that they belong to. */
export interface NamedForm extends BoundForm {
  readonly period: string;
}

/** An item as the store's function takes it; see `lot_request` in the migrations. */
export interface LotRequest {
  /** Its place among the items of the job. */
  readonly ordinal: number;
  readonly product: string;
  readonly product_definition: string;
  readonly source: "draw" | "names" | "reservation";
  readonly sequence: string | null;
  readonly definition: string | null;
  /** The sequence in whose series that one counts. */
  readonly counter: string | null;
  readonly counter_definition: string | null;
  /** The period that numbers are drawn from. */
  readonly period?: string;
  /** The last number that its form can show, where the series goes on behind it. */
  readonly last?: string | null;
  readonly quantity: string;
  readonly produced_on: string | null;
  readonly expires_on: string | null;
  readonly location: string | null;
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
  readonly lease_token?: string | null;
  /** The sequences whose names that product must not have taken, as the patterns of `epoch` tell. */
  readonly overlapping?: readonly string[];
  readonly epoch?: string;
  readonly first_name?: string | null;
  readonly names?: readonly string[];
  readonly numbers?: readonly (string | null)[];
  /** The periods that the names' numbers belong to. */
  readonly periods?: readonly (string | null)[];
  /** The bound forms that they have, each once. */
  readonly forms?: readonly NamedForm[];
  readonly quantities?: readonly string[] | null;
  readonly expiries?: readonly (string | null)[] | null;
}
