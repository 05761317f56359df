import type { ApiScope } from "../../db/caller.ts";
import type { Quota } from "../quotas/quota.ts";

/** An API key as the wire knows it; its text is shown once, by the call that makes it. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly last_four: string;
  readonly scopes: readonly ApiScope[];
  /** What it is limited to; null: any. */
  readonly sequences: readonly string[] | null;
  readonly products: readonly string[] | null;
  readonly quota: Quota | null;
  readonly status: "active" | "expired" | "revoked";
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
  readonly replaced_by: string | null;
  /** To the minute. */
  readonly last_used_at: string | null;
}

/** A key with its text; null when this is the answer of an earlier request, since nobody keeps the text. */
export interface MadeKey {
  readonly key: string | null;
  readonly made: ApiKey;
  readonly replayed: boolean;
}

/** The members of a key in the order in which the wire has them, which the store does not keep. */
export function shownApiKey(facts: ApiKey): ApiKey {
  const { quota } = facts;
  return {
    id: facts.id,
    name: facts.name,
    prefix: facts.prefix,
    last_four: facts.last_four,
    scopes: facts.scopes,
    sequences: facts.sequences,
    products: facts.products,
    quota: quota && {
      count_per_request: quota.count_per_request,
      numbers_per_day: quota.numbers_per_day,
      requests_per_minute: quota.requests_per_minute,
    },
    status: facts.status,
    created_at: facts.created_at,
    expires_at: facts.expires_at,
    revoked_at: facts.revoked_at,
    replaced_by: facts.replaced_by,
    last_used_at: facts.last_used_at,
  };
}

export const apiKeyColumns = [
  "id",
  "name",
  "prefix",
  "last_four",
  "scopes",
  "sequences",
  "products",
  "quota",
  "status",
  "created_at",
  "expires_at",
  "revoked_at",
  "replaced_by",
  "last_used_at",
] as const satisfies readonly (keyof ApiKey)[];
