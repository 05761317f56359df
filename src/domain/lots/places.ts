import type { Fact, Failure, FailureCode } from "../../errors.ts";
import type { Place, PlacesOf } from "../pointed.ts";
import type { LotRequest, PlacedItem } from "./item.ts";

/** Where the name of that index stands, of an item that has names. */
export function nameAt({ item, pointer, nameAt: at }: PlacedItem, index: number): string {
  if (at !== undefined) return at(index);
  return "names" in item ? `${pointer}/names/${index}` : `${pointer}/first_name`;
}

/** Where in a request the names and reservations stand that the store refuses. */
export function placesOfLots(
  placed: readonly PlacedItem[],
  requests: readonly LotRequest[],
): PlacesOf {
  const named = (isMeant: IsMeant) => placesOfNames(placed, requests, isMeant);
  return (refused) => {
    const { code, facts } = refused;
    if (code === "name_taken" || code === "serial_in_stock") {
      return namesIn(facts["names"]).flatMap((name) => {
        const own = { names: [name], ...(code === "name_taken" ? {} : { total: 1 }) };
        return named(isNamed(name)).map(({ pointer }) => ({ pointer, facts: own }));
      });
    }
    if (code === "name_issued" || code === "expiry_differs") return named(isNamed(facts));
    if (code === "jump_too_far") return named(isNumbered(facts));
    return ofReservations.has(code) ? placesOfReservation(placed, refused) : [];
  };
}

const ofReservations: ReadonlySet<FailureCode> = new Set([
  "unknown_reservation",
  "reservation_used",
  "reservation_on_lease",
  "reservation_not_leased",
  "reservation_range",
  "first_name_not_reserved",
]);

/** Whether a refusal means the name of that index. */
type IsMeant = (request: LotRequest, index: number) => boolean;

type Named = { readonly product?: unknown; readonly name?: unknown };

function isNamed({ product, name }: Named): IsMeant {
  return (request, index) => request.product === product && request.names?.[index] === name;
}

function isNumbered({ sequence, series, number }: Failure["facts"]): IsMeant {
  return ({ counter, numbers, periods }, index) =>
    counter === sequence && numbers?.[index] === number && periods?.[index] === (series ?? "");
}

/** The names that a refusal lists, each with its product. */
function namesIn(fact: Fact | undefined): (object & Named)[] {
  const found: (object & Named)[] = [];
  if (!Array.isArray(fact)) return found;
  const listed: readonly unknown[] = fact;
  for (const name of listed) if (typeof name === "object" && name !== null) found.push(name);
  return found;
}

/** The names that are meant; a run of which all stand in one place gives that once. */
function placesOfNames(
  placed: readonly PlacedItem[],
  requests: readonly LotRequest[],
  isMeant: IsMeant,
): Place[] {
  const pointers = new Set<string>();
  for (const [at, item] of placed.entries()) {
    const request = requests[at];
    if (request?.names === undefined) continue;
    for (const index of request.names.keys()) {
      if (isMeant(request, index)) pointers.add(nameAt(item, index));
    }
  }
  return [...pointers].map((pointer) => ({ pointer }));
}

/** All items that present the reservation, unless a first name or a count tells one of them. */
function placesOfReservation(
  placed: readonly PlacedItem[],
  { code, facts }: Failure,
): readonly Place[] {
  return placed.flatMap(({ item, pointer }) => {
    if (!("reservation" in item) || item.reservation !== facts["reservation"]) return [];
    if (code === "first_name_not_reserved") {
      return item.first_name === facts["first_name"] ? [{ pointer: `${pointer}/first_name` }] : [];
    }
    if (code !== "reservation_range") return [{ pointer: `${pointer}/reservation` }];
    const member = item.first_name === undefined || beginsInside(facts) ? "count" : "first_name";
    return [{ pointer: `${pointer}/${member}` }];
  });
}

/** Whether a run that leads out of a reservation begins in it, so that its count is at fault. */
function beginsInside({ from, first, last }: Failure["facts"]): boolean {
  if (typeof from !== "string" || typeof first !== "string" || typeof last !== "string")
    return true;
  return BigInt(from) >= BigInt(first) && BigInt(from) <= BigInt(last);
}
