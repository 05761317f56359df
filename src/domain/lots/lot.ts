export const lotStates = ["available", "reserved", "shipped", "consumed", "scrapped"] as const;
export type LotState = (typeof lotStates)[number];

/** A lot as the wire knows it. */
export interface Lot {
  readonly product: string;
  readonly name: string;
  /** Null for a name that the product's sequence could not have made. */
  readonly number: string | null;
  readonly reservation: string | null;
  readonly quantity: string;
  readonly state: LotState;
  readonly location: string | null;
  readonly expires_on: string | null;
  readonly produced_on: string | null;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly created_at: string;
}

/** A lot with its version, which is the same as long as nothing of it changes. */
export interface VersionedLot {
  readonly lot: Lot;
  readonly version: string;
}

export const lotColumns = [
  "product",
  "name",
  "number",
  "reservation",
  "quantity",
  "state",
  "location",
  "expires_on",
  "produced_on",
  "attributes",
  "created_at",
] as const satisfies readonly (keyof Lot)[];

/** Columns that hold digits, dates and words of ours only. */
export const plainLotColumns = [
  "number",
  "reservation",
  "quantity",
  "state",
  "expires_on",
  "produced_on",
  "created_at",
] as const satisfies readonly (typeof lotColumns)[number][];
