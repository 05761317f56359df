import type { Addressed } from "../document/document.ts";

/** Pages beside the API, which the document does not describe. */
const pages: ReadonlySet<string> = new Set([
  "/",
  "/docs",
  "/docs/errors",
  "/docs/scalar.js",
  "/openapi.json",
]);

export type Address = Addressed | { readonly kind: "page" };

/** What a request's target is about; what is percent-encoded without need is decoded. */
export function addressOf(
  find: (method: string, pathname: string) => Addressed,
  method: string,
  target: string,
): Address {
  const [encoded = ""] = target.split("?");
  const path = encoded.replaceAll(/(?:%[0-9a-f]{2})+/gi, decoded);
  if (pages.has(path)) return { kind: "page" };
  return find(method, path);
}

/** Reserved characters stay encoded, and so does what is no UTF-8. */
function decoded(sequence: string): string {
  try {
    return decodeURI(sequence.replaceAll("%25", "%2525"));
  } catch {
    return sequence.replaceAll(/%[0-7][0-9a-f]/gi, (one) =>
      decodeURI(one.replaceAll("%25", "%2525")),
    );
  }
}
