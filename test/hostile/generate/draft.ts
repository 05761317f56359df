import type { Operation } from "../document/document.ts";
import { headerOf } from "../wire/request.ts";
import type { WireRequest } from "../wire/request.ts";
import { jsonText } from "../wire/json-text.ts";

/** A request in the parts that it is changed in. */
export interface Draft {
  readonly operation: Operation;
  /** What stands in the path, by the names of the template, not encoded. */
  readonly inPath: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Authorization and Idempotency-Key among them. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Body | undefined;
}

export type Body =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Buffer };

/** The same with another header in place of those of that name. */
export function withHeader(draft: Draft, name: string, value: string): Draft {
  return {
    ...withoutHeader(draft, name),
    headers: [...withoutHeader(draft, name).headers, [name, value]],
  };
}

export function withoutHeader(draft: Draft, name: string): Draft {
  return { ...draft, headers: draft.headers.filter(([given]) => given.toLowerCase() !== name) };
}

/** The request as it goes over the wire, encoded as it should be. */
export function wireOf(draft: Draft): WireRequest {
  const path = draft.operation.template.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encoded(draft.inPath[name] ?? ""),
  );
  const query = draft.query.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join("&");
  const { body } = draft;
  const type = headerOf(draft.headers, "content-type");
  const mediaType = draft.operation.body?.mediaType ?? "application/json";
  const typed =
    body === undefined || type !== undefined ? [] : [["Content-Type", mediaType] as const];
  return {
    method: draft.operation.method,
    target: query === "" ? path : `${path}?${query}`,
    headers: [["Host", "serialmint.test"], ...draft.headers, ...typed],
    body: body === undefined ? null : bodyBytes(body),
    framing: { kind: "length" },
  };
}

export function bodyBytes(body: Body): Buffer {
  switch (body.kind) {
    case "json":
      return Buffer.from(jsonText(body.value));
    case "text":
      return Buffer.from(body.text);
    case "bytes":
      return body.bytes;
  }
}

/** Percent-encoded, with half pairs as the bytes that UTF-8 would have for them. */
export function encoded(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  return Array.from(text, (character) =>
    character.isWellFormed() ? encodeURIComponent(character) : bytesOfHalf(character),
  ).join("");
}

function bytesOfHalf(character: string): string {
  const unit = character.charCodeAt(0);
  const bytes = [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)];
  return bytes.map((byte) => `%${byte.toString(16)}`).join("");
}
