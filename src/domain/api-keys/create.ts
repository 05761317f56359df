import { sql } from "drizzle-orm";
import type { ApiScope } from "../../db/caller.ts";
import { bytes, callOf } from "../../db/client.ts";
import type { OnceCall } from "../call.ts";
import { newId } from "../id.ts";
import type { PlacesOf } from "../pointed.ts";
import { alwaysAt, pointed } from "../pointed.ts";
import type { Quota } from "../quotas/quota.ts";
import type { ApiKey, MadeKey } from "./api-key.ts";
import { newKeyText } from "./new-text.ts";
import { shownOnce } from "./shown-once.ts";

/** What `POST /v1/api-keys` asks for. */
export interface ApiKeyInput {
  readonly name: string;
  readonly scopes: readonly ApiScope[];
  readonly sequences: readonly string[] | null;
  readonly products: readonly string[] | null;
  readonly quota: Quota | null;
  readonly expires_at: string | null;
}

/** Makes an API key. Fails: api_key_expiry_past, unknown_sequence, unknown_product. */
export async function createApiKey(call: OnceCall, input: ApiKeyInput): Promise<MadeKey> {
  const { text, digest, prefix, hint } = await newKeyText(call);
  const id = newId(call.now());
  const { scopes, sequences, products, quota, ...others } = input;
  const rights = {
    scopes: unique(scopes),
    sequences: sequences && unique(sequences),
    products: products && unique(products),
    ...quota,
  };
  const fields = { ...others, ...rights, public_id: id, prefix, hint };
  const [row] = await pointed(placesOf(input), () =>
    call.db.write<{ answer: ApiKey & { replayed: boolean } }>(
      sql`SELECT create_api_key_v1(${callOf(call.caller, call.idempotency)}, ${bytes(digest)},
                                   ${JSON.stringify(fields)}::jsonb) AS answer`,
    ),
  );
  if (row === undefined) throw new Error("A function call gave no row.");
  return shownOnce(row.answer, id, text);
}

/** What is named twice is meant once. */
function unique<Name extends string>(names: readonly Name[]): Name[] {
  return [...new Set(names)];
}

function placesOf({ sequences, products }: ApiKeyInput): PlacesOf {
  const fixed = alwaysAt({ api_key_expiry_past: "/expires_at" });
  return (refused) => {
    const { code, facts } = refused;
    if (code === "unknown_sequence") {
      return [{ pointer: `/sequences/${placeIn(sequences, facts["sequence"])}` }];
    }
    if (code === "unknown_product") {
      return [{ pointer: `/products/${placeIn(products, facts["product"])}` }];
    }
    return fixed(refused);
  };
}

function placeIn(names: readonly string[] | null, sought: unknown): number {
  return (names ?? []).findIndex((name) => name === sought);
}
