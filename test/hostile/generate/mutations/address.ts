import type { Random } from "../../../faults/random.ts";
import type { Draft } from "../draft.ts";
import type { Holdings } from "../holdings.ts";
import { hostileName, hostileText } from "../texts.ts";
import type { DraftMutation, Surroundings } from "./mutation.ts";

/** Changes of what stands in the path. */
export const pathMutations: Readonly<Record<string, DraftMutation>> = {
  "a hostile text in the path": inPath(({ random }) => hostileText(random)),
  "a changed text in the path": inPath(({ random }, old) => {
    const place = random.between(0, old.length);
    return old.slice(0, place) + hostileText(random).slice(0, 3) + old.slice(place);
  }),
  "another tenant's in the path": inPath(({ random, others }, _, name) => {
    return foreign(name, others, random) ?? "nothing";
  }),
  "something else of the tenant's in the path": inPath(({ random, held }) => {
    return foreign(random.pick(["key", "sku", "name", "id"]), held, random) ?? "nothing";
  }),
};

/** Changes of the query. */
export const queryMutations: Readonly<Record<string, DraftMutation>> = {
  "a hostile query": inQuery((query, { random }, names) => [
    ...query,
    [random.pick([...names, hostileName(random)]), hostileText(random)],
  ]),
  "a parameter changed": inQuery((query, { random }) => {
    const changed = random.between(0, query.length - 1);
    return query.map(([name, value], place) => [
      name,
      place === changed ? hostileText(random) : value,
    ]);
  }),
  "a parameter twice": inQuery((query, { random }, names) => {
    const again = query[0] ?? [random.pick([...names, "limit"]), "1"];
    return [again, ...query, again];
  }),
  "an unknown parameter": inQuery((query, { random }) => [...query, [hostileName(random), "1"]]),
  "a query as the path's": inQuery((query) => [...query, ["", ""], ["=", "&"]]),
  "very many parameters": inQuery((query, { random }) => [
    ...query,
    ...Array.from({ length: random.pick([20, 500]) }, (_, place) => [`p${place}`, "1"] as const),
  ]),
  "another list's cursor": withCursor(({ held, random }) => held.cursors.pick(random)?.cursor),
  "another tenant's cursor": withCursor(
    ({ others, random }) => others.cursors.pick(random)?.cursor,
  ),
  "a cut cursor": withCursor(({ held, random }) => {
    const cursor = held.cursors.pick(random)?.cursor;
    return cursor?.slice(0, random.between(0, cursor.length - 1));
  }),
  "a cursor with a bit turned": withCursor(({ held, random }) => {
    const bytes = Buffer.from(held.cursors.pick(random)?.cursor ?? "", "base64url");
    if (bytes.length === 0) return undefined;
    const place = random.between(0, bytes.length - 1);
    bytes[place] = (bytes[place] ?? 0) ^ (1 << random.between(0, 7));
    return bytes.toString("base64url");
  }),
  "a cursor to another place": withCursor(({ held, random }) => {
    const text = Buffer.from(held.cursors.pick(random)?.cursor ?? "", "base64url").toString("utf8");
    try {
      const parts: unknown = JSON.parse(text);
      if (!Array.isArray(parts)) return undefined;
      const place = random.pick<unknown>([
        hostileText(random),
        JSON.stringify([hostileText(random), hostileText(random)]),
        7,
        null,
      ]);
      return Buffer.from(JSON.stringify([...parts.slice(0, 3), place])).toString("base64url");
    } catch {
      return undefined;
    }
  }),
  "a cursor with rows behind it": withCursor(({ held, random }) => {
    const cursor = held.cursors.pick(random)?.cursor;
    return (
      cursor && `${cursor}.${random.pick(["0", "1", "999999999", "-1", "1e3", "9999999999", ""])}`
    );
  }),
};

function inPath(
  change: (around: Surroundings, old: string, name: string) => string,
): DraftMutation {
  return (draft, around) => {
    const names = Object.keys(draft.inPath);
    if (names.length === 0) return undefined;
    const name = around.random.pick(names);
    const value = change(around, draft.inPath[name] ?? "", name);
    return { ...draft, inPath: { ...draft.inPath, [name]: value } };
  };
}

function inQuery(
  change: (query: Draft["query"], around: Surroundings, names: readonly string[]) => Draft["query"],
): DraftMutation {
  return (draft, around) => {
    const names = draft.operation.parameters
      .filter((one) => one.in === "query")
      .map(({ name }) => name);
    return { ...draft, query: change(draft.query, around, names) };
  };
}

function withCursor(make: (around: Surroundings) => string | undefined): DraftMutation {
  return (draft, around) => {
    const takes = draft.operation.parameters.some(({ name }) => name === "cursor");
    const cursor = takes ? make(around) : undefined;
    if (cursor === undefined) return undefined;
    const others = draft.query.filter(([name]) => name !== "cursor");
    return { ...draft, query: [...others, ["cursor", cursor]] };
  };
}

/** What somebody else has by a name of that kind. */
export function foreign(name: string, held: Holdings, random: Random): string | undefined {
  switch (name) {
    case "key":
      return held.sequences.pick(random)?.key;
    case "sku":
      return held.products.pick(random)?.sku;
    case "name":
      return held.lots.pick(random)?.name;
    default:
      return random.pick([
        () => held.reservations.pick(random)?.id,
        () => held.jobs.pick(random),
        () => held.receipts.pick(random)?.id,
        () => held.counts.pick(random),
        () => held.recalls.pick(random),
        () => held.imports.pick(random),
        () => held.keyIds.pick(random),
      ])();
  }
}
