import type { Random } from "../../../faults/random.ts";
import type { Document, Operation } from "../../document/document.ts";
import type { Draft } from "../draft.ts";
import { encoded } from "../draft.ts";
import type { Holdings } from "../holdings.ts";
import { bySchema, queryOf } from "./by-schema.ts";
import { goodsRecipes } from "./goods.ts";
import { leaseRecipes } from "./leases.ts";
import { lotRecipes } from "./lots.ts";
import { bulk, foundedProducts, productRecipes, putProduct } from "./products.ts";
import { foundedSequences, moved, putSequence, sequenceRecipes, someAccept } from "./sequences.ts";
import type { Recipe, Wish } from "./wish.ts";
import { webhookRecipes } from "./webhooks.ts";
import { workRecipes } from "./work.ts";

const recipes: Readonly<Record<string, Recipe>> = {
  ...sequenceRecipes,
  ...productRecipes,
  ...leaseRecipes,
  ...lotRecipes,
  ...goodsRecipes,
  ...workRecipes,
  ...webhookRecipes,
};

/** What every client asks for first, and holds from then on. */
export function founding(held: Holdings): Wish[] {
  const sequences = foundedSequences(held);
  const products = foundedProducts(held);
  for (const one of sequences) if (one.key !== held.key(moved)) held.sequences.add(one);
  for (const one of products) if (one.sku !== held.key(bulk)) held.products.add(one);
  return [...sequences.map(putSequence), ...products.map(putProduct)];
}

/** Makes requests that should succeed, for any operation of the document. */
export function validRequests(document: Document, operations: readonly Operation[]) {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));

  const draftOf = (wish: Wish, headers: Draft["headers"]): Draft => {
    const operation = byId.get(wish.operation);
    if (operation === undefined) throw new Error(`The document has no ${wish.operation}.`);
    return {
      operation,
      inPath: wish.inPath ?? {},
      query: Object.entries(wish.query ?? {}).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value] as const],
      ),
      headers: [...Object.entries(wish.headers ?? {}), ...headers],
      body:
        wish.csv !== undefined
          ? { kind: "text", text: wish.csv }
          : wish.json !== undefined
            ? { kind: "json", value: wish.json }
            : undefined,
    };
  };

  /** `headers` go with every request. */
  const validDraft = (
    operation: Operation,
    held: Holdings,
    random: Random,
    headers: Draft["headers"],
  ): Draft => {
    const wish =
      recipes[operation.id]?.(held, random) ?? bySchema(document, operation, held, random);
    const asked = byId.get(wish.operation);
    if (asked === undefined || !isList(asked)) return draftOf(wish, headers);
    return draftOf(asList(asked, wish, held, random), headers);
  };
  return { draftOf, validDraft };
}

function isList({ parameters }: Operation): boolean {
  return parameters.some(({ name }) => name === "cursor");
}

/** A list is read in any of its forms, filtered, and now and then from a page on. */
function asList(operation: Operation, wish: Wish, held: Holdings, random: Random): Wish {
  const list = addressOfList(operation.template, wish.inPath ?? {});
  const from = random.chance(0.3) ? held.cursors.pick(random) : undefined;
  if (from?.list === list) return { ...wish, query: { cursor: from.cursor } };
  const accept = someAccept(random);
  const streamed = accept["Accept"] !== undefined && accept["Accept"] !== "application/json";
  const query = { ...queryOf(operation, held, random), ...wish.query };
  if (streamed) {
    // It has no pages, and of all lots there would be very many each time.
    delete query["limit"];
    if (operation.id === "listLots" && random.chance(0.9)) query["product"] = held.key("named");
  }
  return { ...wish, query, headers: { ...wish.headers, ...accept } };
}

/** The address of a list, for finding its cursors again. */
export function addressOfList(template: string, inPath: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(inPath[name] ?? ""));
}
