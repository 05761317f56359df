import { fail } from "../errors.ts";

/** The entity tag (RFC 9110 section 8.8.3) of a version. */
export function etagOf(version: string): string {
  return `"${version}"`;
}

/** Whether `If-None-Match` has this tag, compared weakly (RFC 9110 section 13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  const known = ifNoneMatch?.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return known?.some((tag) => tag === etag || tag === "*") === true;
}

const tags = /^(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*$/;

/**
 * The versions that `If-Match` asks for, null for `*`. Weak tags never match (RFC 9110 section 13.1.1) and
 * are left out. Fails: if_match_missing, if_match_malformed.
 */
export function versionsOf(ifMatch: string | undefined): readonly string[] | null {
  const text = ifMatch?.trim();
  if (text === undefined || text === "") return fail("if_match_missing", {});
  if (text === "*") return null;
  if (!tags.test(text)) return fail("if_match_malformed", { given: text });
  return Array.from(text.matchAll(/(W\/)?"([^"]*)"/g))
    .filter(([, weak]) => weak === undefined)
    .map(([, , version = ""]) => version);
}
