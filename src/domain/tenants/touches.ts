import type { ApiScope, Touches } from "../../db/caller.ts";
import type { Call } from "../call.ts";

/** Of a request that does not tell what it is about; a key with limits is refused. */
export const anything: Touches = { sequences: null, products: null };

/** Of a request about one sequence. */
export function aboutSequence(key: string): Touches {
  return { sequences: [key], products: [] };
}

/** Of a request about one product, whatever sequences its lots are of. */
export function aboutProduct(sku: string): Touches {
  return { sequences: null, products: [sku] };
}

/** Of a request about one job, receipt or count. */
export function aboutRecord(id: string): Touches {
  return { ...anything, record: id };
}

/** Of a request that lets a sequence serve a product; null: the tenant's default one, which may be any. */
export function servedProduct(sku: string, sequence: string | null): Touches {
  return { sequences: sequence === null ? null : [sequence], products: [sku] };
}

/** The same call, about what is known of it by now. */
export function touching<Some extends Call>(call: Some, touches: Touches): Some {
  return { ...call, caller: { ...call.caller, touches } };
}

/** The same call, for which only these scopes suffice. */
export function needing<Some extends Call>(call: Some, ...scopes: readonly ApiScope[]): Some {
  return { ...call, caller: { ...call.caller, scopes } };
}
