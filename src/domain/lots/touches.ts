import type { Touches } from "../../db/caller.ts";
import type { Call } from "../call.ts";
import type { ServedProduct } from "../definitions/definitions.ts";
import { productDefinitions } from "../definitions/load.ts";
import { readReservationId } from "../reservations/reservation.ts";
import { touching } from "../tenants/touches.ts";

/** A line or an item, as far as it tells whose numbers its lots have. */
interface Item {
  readonly product: string;
  readonly reservation?: string | undefined;
}

/**
 * What recording lots touches: their products, and the sequences that serve these or that their
 * reservations are of. Names of a product that no sequence serves may be those of any.
 */
export function touchedByLots(
  items: readonly Item[],
  products: ReadonlyMap<string, ServedProduct>,
): Touches {
  const sequences = items.map(({ product, reservation }) =>
    reservation === undefined
      ? products.get(product)?.servedBy?.key
      : readReservationId(reservation)?.sequence,
  );
  const told = sequences.filter((key) => key !== undefined);
  return {
    sequences: told.length < sequences.length ? null : [...new Set(told)],
    products: [...new Set(items.map(({ product }) => product))],
  };
}

/** The call, about the lots of these items. */
export async function aboutLots<Some extends Call>(
  call: Some,
  items: readonly Item[],
): Promise<Some> {
  const products = await productDefinitions(
    call,
    items.map(({ product }) => product),
  );
  return touching(call, touchedByLots(items, products));
}
