import { failureOfRefusal } from "../../errors.ts";
import type { Call } from "../call.ts";
import { parseNative } from "../patterns/native.ts";
import { maximumNumber } from "../patterns/pattern.ts";
import { render } from "../patterns/render.ts";
import type { Document } from "./bound.ts";
import { boundForm } from "./bound.ts";
import { getSequence } from "./get.ts";

/**
 * The names that the next draws would give if nobody else drew; draws nothing. Fewer than `count` when
 * the sequence ends before. Fails: sequence_not_found, at_*, field_*, name_too_long.
 */
export async function previewSequence(
  call: Call,
  key: string,
  { count, ...document }: Document & { readonly count: number },
): Promise<{ names: string[] }> {
  const sequence = await getSequence(call, key);
  const pattern = parseNative(sequence.pattern);
  if (!pattern.ok) throw failureOfRefusal(pattern);
  const { form } = boundForm(
    {
      pattern: pattern.value,
      timeZone: sequence.time_zone,
      fiscalYearStart: sequence.fiscal_year_start,
      ceiling: sequence.overflow === "reject" ? 0n : maximumNumber,
    },
    document,
    call.now(),
  );
  const { next, remaining, increment } = sequence;
  if (next === null) return { names: [] };
  const shown = BigInt(remaining) < BigInt(count) ? Number(remaining) : count;
  const names = Array.from({ length: shown }, (_, index) =>
    render(form, BigInt(next) + BigInt(index) * BigInt(increment)),
  );
  return { names };
}
