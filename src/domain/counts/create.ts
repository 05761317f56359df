import { sql } from "drizzle-orm";
import { callOf } from "../../db/client.ts";
import { fail, failureOfRefusal } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import { fenced, productDefinitions } from "../definitions/load.ts";
import { newId } from "../id.ts";
import { aboutLots } from "../lots/touches.ts";
import { checkName } from "../patterns/names.ts";
import { orRecorded } from "../requests/recorded.ts";
import { momentOfDocument } from "../sequences/bound.ts";
import type { CountFacts, CountInput } from "./count.ts";
import { countFacts } from "./get.ts";
import { checkCounted } from "./lots-of-line.ts";

/** Lines of a count. */
export const countLineLimit = 1000;

/**
 * Makes the draft of a count, which changes no lot. Fails: unknown_product, serial_fraction,
 * serial_out_of_range, name_*, at_*.
 */
export async function createCount(
  call: OnceCall,
  input: CountInput,
): Promise<{ count: CountFacts; replayed: boolean }> {
  const asking = () => aboutLots(call, input.lines);
  return orRecorded(
    asking,
    async () => create(await asking(), input),
    async ({ count_id }, asked) => ({ count: await countFacts(asked, count_id), replayed: true }),
  );
}

async function create(
  call: OnceCall,
  input: CountInput,
): Promise<{ count: CountFacts; replayed: boolean }> {
  await fenced(call, () => check(call, input));
  const id = newId(call.now());
  const lines = input.lines.map((line) => ({
    product: line.product,
    location: line.location ?? null,
    lot: line.lot ?? null,
    counted_quantity: line.counted_quantity,
    fields: line.fields ?? null,
    produced_on: line.produced_on ?? null,
    expires_on: line.expires_on ?? null,
  }));
  const [row] = await call.db.write<{ answer: { count: CountFacts; replayed: boolean } }>(
    sql`SELECT create_count_v1(${callOf(call.caller, call.idempotency)}, ${id}::uuid,
                               ${input.reference ?? null}::text, ${input.at ?? null}::text,
                               ${JSON.stringify(lines)}::jsonb) AS answer`,
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  const { count, replayed } = row.answer;
  // Our own count told as a replay: the answer of the try that made it was lost on the way.
  return { count, replayed: replayed && count.id !== id };
}

async function check(call: OnceCall, { at, lines }: CountInput): Promise<void> {
  const products = await productDefinitions(
    call,
    lines.map(({ product }) => product),
  );
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    const pointer = `/lines/${index}`;
    const product = products.get(line.product);
    if (product === undefined) {
      return fail("unknown_product", { product: line.product }, { pointer: `${pointer}/product` });
    }
    const sequence = product.servedBy;
    momentOfDocument(sequence ?? { timeZone: "UTC", fiscalYearStart: "01-01" }, { at }, call.now());
    checkCounted({ line, product, pointer });
    if (line.lot === undefined) continue;
    const name = checkName(line.lot);
    if (!name.ok) throw failureOfRefusal(name, `${pointer}/lot`);
    const key = `${line.product}\n${line.lot}`;
    if (seen.has(key)) {
      const facts = { name: line.lot, quantities: product.tracking === "lot" };
      fail("name_repeated", facts, { pointer: `${pointer}/lot` });
    }
    seen.add(key);
  }
}
