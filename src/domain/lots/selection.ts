import type { Touches } from "../../db/caller.ts";
import { fail } from "../../errors.ts";
import type { Call } from "../call.ts";
import { sequenceDefinition } from "../definitions/load.ts";
import { fixedForm } from "../patterns/bind.ts";
import { aboutReservation, readReservationId } from "../reservations/reservation.ts";
import { aboutProduct, aboutSequence } from "../tenants/touches.ts";

/** Lots of a product by their names. */
export interface NamesSelection {
  readonly product: string;
  readonly names: readonly string[];
}

/** Lots of a product that were recorded from a reservation: all, or numbers `first` to `last` of it. */
export interface ReservationSelection {
  readonly product: string;
  readonly reservation: string;
  readonly first?: bigint | undefined;
  readonly last?: bigint | undefined;
}

/**
 * Lots of a product with numbers `first` to `last` of a sequence, in its only series or in one of its
 * periods: recorded from its reservations, or made elsewhere with a name that the sequence gives.
 */
export interface NumbersSelection {
  readonly product: string;
  readonly sequence: string;
  readonly series?: string | undefined;
  readonly first: bigint;
  readonly last: bigint;
}

export type LotSelection = NamesSelection | ReservationSelection | NumbersSelection;

/** The bounds of a selection. */
export const selectionLimits = {
  /** Names given one by one. */
  names: 100_000,
  /** Lots that one request changes. */
  lots: 1_000_000,
} as const;

/** A selection as the store's functions take it; see `lot_selection` in the migrations. */
export interface StoredSelection {
  readonly product: string;
  readonly names?: readonly string[];
  readonly sequence?: string;
  readonly period?: string;
  readonly reservation?: string;
  readonly first?: string | undefined;
  readonly last?: string | undefined;
  readonly prefix?: string;
  readonly width?: number;
  readonly suffix?: string;
}

/** What a request about these lots touches: those that are told by their names may be of any sequence. */
export function aboutSelection(selection: LotSelection): Touches {
  if ("names" in selection) return aboutProduct(selection.product);
  const { sequences } =
    "reservation" in selection
      ? aboutReservation(selection.reservation)
      : aboutSequence(selection.sequence);
  return { sequences, products: [selection.product] };
}

/** `pointer` is where it stands in the request. Fails: name_repeated, unknown_reservation. */
export async function storedSelection(
  call: Call,
  selection: LotSelection,
  pointer: string,
): Promise<StoredSelection> {
  const { product } = selection;
  if ("names" in selection) {
    refuseRepeated(selection.names, pointer);
    return { product, names: selection.names };
  }
  const bounds = { first: selection.first?.toString(), last: selection.last?.toString() };
  if ("reservation" in selection) {
    const named = readReservationId(selection.reservation);
    if (named === undefined) {
      const facts = { reservation: selection.reservation };
      return fail("unknown_reservation", facts, { pointer: `${pointer}/reservation` });
    }
    const { sequence, period, first: reservation } = named;
    return { product, sequence, period, reservation, ...bounds };
  }
  const { sequence, series = "" } = selection;
  const definition = await sequenceDefinition(call, sequence);
  if (definition === undefined) return { product, sequence, period: series, ...bounds };
  const { counter, pattern } = definition;
  return { product, sequence: counter.key, period: series, ...bounds, ...fixedForm(pattern) };
}

function refuseRepeated(names: readonly string[], pointer: string): void {
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (seen.has(name)) fail("name_repeated", { name }, { pointer: `${pointer}/names/${index}` });
    seen.add(name);
  }
}
