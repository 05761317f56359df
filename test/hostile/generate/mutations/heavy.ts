import type { Random } from "../../../faults/random.ts";
import type { Draft } from "../draft.ts";
import { hostileText } from "../texts.ts";
import type { DraftMutation } from "./mutation.ts";

/** Requests that are as large or as deep as they get: where work that grows too fast would be seen. */
export const heavyMutations: Readonly<Record<string, DraftMutation>> = {
  "very many names": forOperation("createLots", ({ random, product }) => ({
    items: [{ product, names: manyNames(random) }],
  })),
  "very many items": forOperation("createLots", ({ random, product }) => ({
    items: Array.from({ length: 1000 }, () => ({ product, names: [hostileText(random), "x"] })),
  })),
  "very many lots of a line": forOperation("createReceipt", ({ random, product }) => ({
    reference: hostileText(random),
    lines: [{ product, lots: manyNames(random).map((name) => ({ name })) }],
  })),
  "a very long pasted text": forOperation("createReceipt", ({ random, product }) => ({
    reference: "heavy",
    lines: [
      {
        product,
        text: random
          .pick(["\n", ";", "a;1;\n", '"', "\t", "a\n", " ", "\r\n"])
          .repeat(random.pick([50_000, 400_000])),
      },
    ],
  })),
  "a recall of very many names": forOperation("openRecall", ({ random, product }) => ({
    reference: "heavy",
    reason: "heavy",
    covers: Array.from({ length: 20 }, () => ({
      product,
      names: manyNames(random).slice(0, 2000),
    })),
  })),
  "a change of very many lots": forOperation("changeLots", ({ random, product }) => ({
    product,
    names: manyNames(random),
    set: { state: "shipped" },
  })),
  "a count of very many lines": forOperation("createCount", ({ random, product }) => ({
    lines: Array.from({ length: 1000 }, () => ({
      product,
      lot: hostileText(random),
      counted_quantity: 1,
    })),
  })),
  "very large attributes": forOperation("createLots", ({ random, product }) => ({
    items: [
      {
        product,
        count: 1,
        attributes: Object.fromEntries(
          Array.from({ length: random.pick([100, 20_000]) }, (_, place) => [
            `a${place}`,
            hostileText(random),
          ]),
        ),
      },
    ],
  })),
  "a long pattern": forOperation("putSequence", ({ random }) => ({
    pattern:
      random
        .pick(["{YY}", "{MM}{DD}", "{{", "a", "{field.a}-", "{WW}"])
        .repeat(random.pick([10, 40, 249]))
        .slice(0, 990) + "-{0}",
    reset: random.pick(["never", "daily", "weekly"]),
  })),
  "a long naming series": forOperation("nextNames", ({ random }) => ({
    series:
      random
        .pick([".YY.", ".MM.DD.", ".{a}.", "-", "."])
        .repeat(random.pick([10, 40, 200]))
        .slice(0, 990) + ".###",
    fields: { a: "x".repeat(64) },
  })),
  "very many fields": forOperation("createReservation", ({ random }) => ({
    count: 1,
    fields: Object.fromEntries(
      Array.from({ length: random.pick([100, 5000, 50_000]) }, (_, place) => [`f${place}`, "x"]),
    ),
  })),
  "very many unknown members": inObject((random) =>
    Object.fromEntries(
      Array.from({ length: random.pick([1000, 100_000]) }, (_, place) => [`m${place}`, place]),
    ),
  ),
  "very deep": inText((random) => {
    const depth = random.pick([31, 32, 33, 1000, 1_000_000]);
    return random.chance(0.5)
      ? `${"[".repeat(depth)}${"]".repeat(depth)}`
      : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  }),
  "a very long number": inText(
    (random) => `{"count":${random.pick(["9", "1.1", "0."])}${"1".repeat(1_000_000)}}`,
  ),
  "a very long text": inText(
    (random) =>
      `{"reference":"${random.pick(["a", "\\\\", "\\u0041", "é", '\\"']).repeat(300_000)}"}`,
  ),
  "as large as a body may be": inText(
    (random) => `{"a":"${"x".repeat(8_388_608 - 8 + random.pick([-1, 0, 1, 1000]))}"}`,
  ),
  "very much white space": inText(() => `${" ".repeat(4_000_000)}{}`),
  "a large file": (draft, { random, held }) => {
    if (draft.body?.kind !== "text" || draft.operation.id !== "createImport") return undefined;
    const product = held.key("named");
    const line = random.pick([
      () => `${held.marker}/${held.own}/${held.next()},${product}`,
      () => `${hostileText(random).replaceAll(/[",\r\n]/g, "")},${product}`,
      () => '"',
      () => ",".repeat(200),
      () => `"${'""'.repeat(100)}",x`,
    ]);
    const lines = Array.from({ length: random.pick([2000, 20_000]) }, line);
    const text = `name,product_id/default_code\n${lines.join("\n")}\n`;
    return { ...draft, query: [["kind", "odoo_lots"]], body: { kind: "text", text } };
  },
};

function manyNames(random: Random): string[] {
  const length = random.pick([5000, 20_000, 100_000]);
  const own = random.between(0, 1_000_000_000);
  const text = hostileText(random);
  return Array.from({ length }, (_, place) =>
    text.length < 20 ? `${own}${text}${place}` : `${own}/${place}`,
  );
}

function forOperation(
  id: string,
  make: (of: { readonly random: Random; readonly product: string }) => unknown,
): DraftMutation {
  return (draft, { random, held }): Draft | undefined => {
    if (draft.operation.id !== id) return undefined;
    const product = held.key(random.pick(["named", "serial row", "lot five"]));
    return { ...draft, body: { kind: "json", value: make({ random, product }) } };
  };
}

function inObject(make: (random: Random) => object): DraftMutation {
  return (draft, { random }) => {
    if (draft.body?.kind !== "json") return undefined;
    return {
      ...draft,
      body: { kind: "json", value: { ...(draft.body.value as object), ...make(random) } },
    };
  };
}

function inText(make: (random: Random) => string): DraftMutation {
  return (draft, { random }) => {
    if (draft.body?.kind !== "json") return undefined;
    return { ...draft, body: { kind: "bytes", bytes: Buffer.from(make(random)) } };
  };
}
