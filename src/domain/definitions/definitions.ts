import type { Pattern } from "../patterns/pattern.ts";
import type { PatternVersion } from "../overlap/version.ts";
import type { Quota } from "../quotas/quota.ts";
import type { Reset } from "../sequences/period.ts";
import { remember } from "./remember.ts";

/** What an API key never changes. */
export interface KnownKey {
  readonly tenant: string;
  readonly quota: Quota;
}

/** A sequence as the isolate knows it; `hash` fences it, so that a stale one draws nothing. */
export interface SequenceDefinition {
  readonly key: string;
  readonly hash: string;
  readonly pattern: Pattern;
  readonly reset: Reset;
  /** The sequence in whose series it counts: itself, or the one of the naming series. */
  readonly counter: { readonly key: string; readonly hash: string };
  readonly timeZone: string;
  readonly fiscalYearStart: string;
  /** The last number that it may give. */
  readonly ceiling: bigint;
}

/** A product as the isolate knows it, with the sequence that serves it: its own or the default one. */
export interface ProductDefinition {
  readonly sku: string;
  readonly hash: string;
  readonly tracking: "none" | "lot" | "serial";
  readonly sequence: string | null;
  readonly expiry: "none" | "optional" | "required";
  readonly shelfLifeDays: number | null;
}

/** A product with the sequence that serves it, both of one moment. */
export interface ServedProduct extends ProductDefinition {
  readonly servedBy: SequenceDefinition | undefined;
}

/** A pattern that a sequence has or had, or that came with requests for names. */
export interface KnownPattern extends PatternVersion {
  /** Whether it is the one that a sequence has. */
  readonly present: boolean;
  readonly allowOverlap: boolean;
}

/** All patterns of a tenant, as of the epoch that counts their changes. */
export interface KnownPatterns {
  readonly epoch: string;
  readonly versions: readonly KnownPattern[];
}

/**
 * What an isolate remembers between requests. It may be out of date without harm, so nothing here expires:
 * what is written by it carries hashes that the database compares, and what is refused by it is looked at
 * once more (`fenced`).
 */
export interface Definitions {
  /** How often this call was told something, so that a refusal may rest on what has changed since. */
  readonly uses: number;
  /** The same for another call. */
  forCall(): Definitions;
  keyOf(digest: string): KnownKey | undefined;
  rememberKey(digest: string, key: KnownKey): void;
  sequence(tenant: string, key: string): SequenceDefinition | undefined;
  rememberSequence(tenant: string, definition: SequenceDefinition): void;
  product(tenant: string, sku: string): ProductDefinition | undefined;
  rememberProduct(tenant: string, definition: ProductDefinition): void;
  /** All patterns of a tenant, as of an epoch. */
  patterns(tenant: string): KnownPatterns | undefined;
  rememberPatterns(tenant: string, patterns: KnownPatterns): void;
  /** Forgets all sequences and products of a tenant. */
  forget(tenant: string): void;
}

export function createDefinitions(): Definitions {
  const keys = new Map<string, KnownKey>();
  const sequences = new Map<string, SequenceDefinition>();
  const products = new Map<string, ProductDefinition>();
  // They can be many, so that only those of the last tenant are kept.
  let patterns: { readonly tenant: string; readonly known: KnownPatterns } | undefined;
  const forCall = (): Definitions => {
    let uses = 0;
    const used = <Value>(value: Value | undefined): Value | undefined => {
      if (value !== undefined) uses += 1;
      return value;
    };
    return {
      get uses() {
        return uses;
      },
      forCall,
      patterns: (tenant) => (patterns?.tenant === tenant ? patterns.known : undefined),
      rememberPatterns: (tenant, known) => {
        patterns = { tenant, known };
      },
      keyOf: (digest) => keys.get(digest),
      rememberKey: (digest, key) => remember(keys, digest, key),
      sequence: (tenant, key) => used(sequences.get(entry(tenant, key))),
      rememberSequence: (tenant, known) => remember(sequences, entry(tenant, known.key), known),
      product: (tenant, sku) => used(products.get(entry(tenant, sku))),
      rememberProduct: (tenant, known) => remember(products, entry(tenant, known.sku), known),
      forget: (tenant) => {
        for (const known of [sequences, products]) {
          for (const key of known.keys()) if (key.startsWith(entry(tenant, ""))) known.delete(key);
        }
      },
    };
  };
  return forCall();
}

/** A line break stands in no tenant, key or SKU. */
function entry(tenant: string, key: string): string {
  return `${tenant}\n${key}`;
}
