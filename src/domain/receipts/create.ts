import { sql } from "drizzle-orm";
import { callOf, digestOf } from "../../db/client.ts";
import { Failure, fail } from "../../errors.ts";
import type { OnceCall } from "../call.ts";
import type { ServedProduct } from "../definitions/definitions.ts";
import { fenced, productDefinitions } from "../definitions/load.ts";
import { newId } from "../id.ts";
import { leaseSeconds } from "../jobs/chunk.ts";
import { newToken } from "../jobs/token.ts";
import { hasReplaced, workOff } from "../jobs/work-off.ts";
import type { LotRequest, PlacedItem } from "../lots/item.ts";
import {
  lotLimits,
  recordedAtOnce,
  refuseTooManyLots,
  refuseTooManySequences,
} from "../lots/limits.ts";
import { placesOfLots } from "../lots/places.ts";
import { lotRequests } from "../lots/requests.ts";
import { aboutLots, touchedByLots } from "../lots/touches.ts";
import type { PlacesOf } from "../pointed.ts";
import { pointed } from "../pointed.ts";
import { draw } from "../quotas/draw.ts";
import { momentOfDocument } from "../sequences/bound.ts";
import { touching } from "../tenants/touches.ts";
import { emitting } from "../webhooks/emitting.ts";
import { receiptFacts } from "./get.ts";
import type { ReceiptInput } from "./line.ts";
import { lotsOfLine } from "./lots-of-line.ts";
import type { ReceiptFacts } from "./receipt.ts";

/** Lines of a receipt. */
export const receiptLineLimit = 1000;

/** A receipt, and whether this request made it or found it made by another one for the same delivery. */
export interface ReceiptMade {
  readonly receipt: ReceiptFacts;
  readonly made: boolean;
  readonly replayed: boolean;
}

interface Answer extends ReceiptMade {
  readonly receipt_id: string;
}

/** Which receipt a request was answered with, and whether it made that. */
interface Recorded {
  readonly receipt_id: string;
  readonly made: boolean;
}

/** What the store is told of a receipt. */
interface Prepared {
  readonly lines: readonly object[];
  readonly items: readonly LotRequest[];
  /** Where the items stand in the request. */
  readonly placed: readonly PlacedItem[];
}

/**
 * Receives a delivery: decides every name and draws every number in one statement, then works the job of
 * its new lots off as POST /v1/lots does. Fails: as lotRequests and lotsOfLine do, and receipt_exists,
 * serial_in_stock, expiry_differs, name_*.
 */
export async function createReceipt(
  call: OnceCall,
  input: ReceiptInput,
  { patient }: { readonly patient: boolean },
): Promise<ReceiptMade> {
  const deadline = call.now() + call.inlineBudgetMs;
  const token = newToken();
  const asking = () => aboutLots(call, input.lines);
  const create = async (): Promise<ReceiptMade> => {
    const products = await productDefinitions(
      call,
      input.lines.map(({ product }) => product),
    );
    const { lines, items, placed } = prepare(call, input, products);
    const { caller } = touching(call, touchedByLots(input.lines, products));
    const id = newId(call.now());
    const [row] = await pointed(placesOfReceipt(placed, items), () =>
      draw<{ answer: Answer }>(
        call,
        sql`SELECT create_receipt_v1(
              ${callOf(caller, call.idempotency)}, ${id}::uuid, ${input.reference}::text,
              ${input.at ?? null}::text, ${JSON.stringify(lines)}::jsonb,
              ${newId(call.now())}::uuid, ${token}::uuid, make_interval(secs => ${leaseSeconds}),
              ${JSON.stringify(items)}::jsonb, ${lotLimits.jump}::bigint,
              ${lotLimits.lots}::bigint, ${patient ? recordedAtOnce : 0}::bigint) AS answer`,
        emitting(call),
      ),
    );
    if (row === undefined) throw new Error("A function call gave no row.");
    const { receipt, made, replayed } = row.answer;
    // Our own receipt told as a replay: the answer of the try that made it was lost on the way.
    return { receipt, made, replayed: replayed && receipt.id !== id };
  };
  const answer = await orReceived(asking, input.reference, () => fenced(call, create));
  const { job } = answer.receipt;
  if (answer.replayed || !answer.made || job === null) return answer;
  const worked = await workOff(await asking(), job, { token, deadline, patient });
  const { receipt } = answer;
  const told = hasReplaced(job, worked) ? await receiptFacts(await asking(), receipt.id) : receipt;
  return { ...answer, receipt: { ...told, job: worked } };
}

function prepare(
  call: OnceCall,
  input: ReceiptInput,
  products: ReadonlyMap<string, ServedProduct>,
): Prepared {
  const { at } = input;
  const placed: PlacedItem[] = [];
  const lines = input.lines.map((line, index) => {
    const pointer = `/lines/${index}`;
    const product = products.get(line.product);
    if (product === undefined) {
      return fail("unknown_product", { product: line.product }, { pointer: `${pointer}/product` });
    }
    const sequence = product.servedBy;
    momentOfDocument(sequence ?? { timeZone: "UTC", fiscalYearStart: "01-01" }, { at }, call.now());
    const { quantity, items } = lotsOfLine({ line, at, product, sequence, pointer });
    const first = placed.length;
    placed.push(...items);
    return {
      product: product.sku,
      product_definition: product.hash,
      quantity,
      quantity_per_lot: line.quantity_per_lot ?? null,
      location: line.location ?? null,
      produced_on: line.produced_on ?? null,
      expires_on: line.expires_on ?? null,
      attributes: line.attributes ?? null,
      first_item: items.length === 0 ? null : first,
      last_item: items.length === 0 ? null : placed.length - 1,
    };
  });
  refuseTooManyLots(placed.map(({ item }) => item));
  const items = lotRequests(call, placed, products);
  refuseTooManySequences(items);
  return { lines, items, placed };
}

/** As of lots; and a delivery that another receipt has is told by its reference. */
function placesOfReceipt(placed: readonly PlacedItem[], items: readonly LotRequest[]): PlacesOf {
  const ofLots = placesOfLots(placed, items);
  return (refused) =>
    refused.code === "receipt_exists" ? [{ pointer: "/reference" }] : ofLots(refused);
}

/**
 * Runs a call; when it is refused as it reads today though the delivery was received before, by a request
 * of the same key or of another one, gives that receipt: whatever became of pattern and product since. `asking` is
 * the call about what it touches as it reads today, which its key has to allow.
 */
async function orReceived(
  asking: () => Promise<OnceCall>,
  reference: string,
  attempt: () => Promise<ReceiptMade>,
): Promise<ReceiptMade> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof Failure) || error.status !== 422) throw error;
    if (error.code === "idempotency_key_reused") throw error;
    const call = await asking();
    const { key, fingerprint } = call.idempotency;
    const [row] = await call.db.readFor<Recorded & { replayed: boolean }>(
      call.caller,
      sql`SELECT answer->>'receipt_id' AS receipt_id, (answer->>'made')::boolean AS made,
                 true AS replayed
          FROM requests
          WHERE tenant = ${call.caller.tenant} AND key = ${key}
            AND fingerprint = ${digestOf(fingerprint)}
          UNION ALL
          SELECT id::text, false, false
          FROM receipts
          WHERE tenant = ${call.caller.tenant} AND reference = ${reference}
            AND status <> 'cancelled' AND fingerprint = ${digestOf(fingerprint)}
          LIMIT 1`,
    );
    if (row === undefined) throw error;
    const receipt = await receiptFacts(call, row.receipt_id);
    return { receipt, made: row.made, replayed: row.replayed };
  }
}
