import type { DraftMutation } from "./mutation.ts";

/** More than the sequence of three digits can ever give. */
const tooMany = 1000;

/** Requests of which one part can be had and another one cannot, so that nothing must be done. */
export const beyondMutations: Readonly<Record<string, DraftMutation>> = {
  "an item beyond what there is": withElement("createLots", "items", (product) => {
    return { product, count: tooMany };
  }),
  "a line beyond what there is": withElement("createReceipt", "lines", (product) => {
    return { product, quantity: tooMany };
  }),
  "an item of nothing": withElement("createLots", "items", () => ({
    product: "nothing",
    count: 1,
  })),
  "a line of nothing": withElement("createReceipt", "lines", () => {
    return { product: "nothing", quantity: 1 };
  }),
};

/** Adds an element to a list of the body. */
function withElement(
  operation: string,
  list: string,
  make: (tight: string) => object,
): DraftMutation {
  return (draft, { held }) => {
    if (draft.operation.id !== operation || draft.body?.kind !== "json") return undefined;
    const { value } = draft.body;
    if (typeof value !== "object" || value === null) return undefined;
    const elements: unknown = Object.entries(value).find(([name]) => name === list)?.[1];
    if (!Array.isArray(elements)) return undefined;
    const more = [...(elements as readonly unknown[]), make(held.key("serial tight"))];
    return { ...draft, body: { kind: "json", value: { ...value, [list]: more } } };
  };
}
