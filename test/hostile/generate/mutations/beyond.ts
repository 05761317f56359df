import type { Holdings } from "../holdings.ts";
import type { DraftMutation } from "./mutation.ts";

/** More than the sequence of three digits can ever give. */
const tooMany = 1000;

/** Requests of which one part can be had and another one cannot, so that nothing must be done. */
export const beyondMutations: Readonly<Record<string, DraftMutation>> = {
  "an item beyond what there is": withElements("createLots", "items", (held) => [
    { product: held.key("serial hot"), count: 3 },
    { product: held.key("serial tight"), count: tooMany },
  ]),
  "a line beyond what there is": withElements("createReceipt", "lines", (held) => [
    { product: held.key("serial hot"), quantity: 3 },
    { product: held.key("serial tight"), quantity: tooMany },
  ]),
  "an item of nothing": withElements("createLots", "items", () => [
    { product: "nothing", count: 1 },
  ]),
  "a line of nothing": withElements("createReceipt", "lines", () => [
    { product: "nothing", quantity: 1 },
  ]),
};

/** Adds elements to a list of the body. */
function withElements(
  operation: string,
  list: string,
  make: (held: Holdings) => readonly object[],
): DraftMutation {
  return (draft, { held }) => {
    if (draft.operation.id !== operation || draft.body?.kind !== "json") return undefined;
    const { value } = draft.body;
    if (typeof value !== "object" || value === null) return undefined;
    const elements: unknown = Object.entries(value).find(([name]) => name === list)?.[1];
    if (!Array.isArray(elements)) return undefined;
    const more = [...(elements as readonly unknown[]), ...make(held)];
    return { ...draft, body: { kind: "json", value: { ...value, [list]: more } } };
  };
}
