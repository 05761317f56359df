import { z } from "@hono/zod-openapi";
import type { LotSelection } from "../../domain/lots/selection.ts";
import { selectionLimits } from "../../domain/lots/selection.ts";
import { counterInput } from "../wire.ts";
import { lotName, productSku, reservationId, sequenceKey, seriesName } from "./names.ts";

/** Which lots of a product are meant: by names, by a reservation, or by numbers of a sequence. */
export const selectionShape = {
  product: productSku,
  names: z.array(lotName).min(1).max(selectionLimits.names).optional(),
  reservation: reservationId.optional(),
  sequence: sequenceKey.optional(),
  series: seriesName
    .optional()
    .openapi({ description: "The period of a sequence that resets.", example: "2026" }),
  first: counterInput.optional(),
  last: counterInput.optional(),
};

const selection = z.object(selectionShape);

type Given = z.infer<typeof selection>;

/** What the members of a selection mean, or the sentence that says which belong together. */
export function readSelection(
  given: Given,
): { readonly lots: LotSelection } | { readonly refusal: string } {
  const { product, names, reservation, sequence, series, first, last } = given;
  if (first !== undefined && last !== undefined && first > last) {
    return {
      refusal: `must have a first that is not above its last, and ${first} is above ${last}.`,
    };
  }
  const some = [names, reservation, sequence].filter((member) => member !== undefined);
  if (some.length === 1 && series === undefined && names !== undefined) {
    if (first === undefined && last === undefined) return { lots: { product, names } };
  }
  if (some.length === 1 && series === undefined && reservation !== undefined) {
    return { lots: { product, reservation, first, last } };
  }
  if (some.length === 1 && sequence !== undefined && first !== undefined && last !== undefined) {
    return { lots: { product, sequence, series, first, last } };
  }
  return {
    refusal:
      "must tell the lots in one way: names alone; reservation, with first and last if only a part of it is meant; " +
      "or sequence, first and last, with series if the sequence resets.",
  };
}
