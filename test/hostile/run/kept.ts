import { headerOf } from "../wire/request.ts";
import type { Framing, WireRequest } from "../wire/request.ts";

/**
 * A request as it is written down: the body as text where it is one. In place of the key of a tenant
 * stands `{key}`, so that it can be sent to any. A string `...{names}` in a body stands for 100,000 strings,
 * each with a number in its place.
 */
export interface KeptRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string;
  /** Of a body that is no UTF-8. */
  readonly base64?: string;
  readonly framing?: Framing;
}

export function keep(request: WireRequest): KeptRequest {
  const { method, target, headers, body, framing } = request;
  const authorization = headerOf(headers, "authorization");
  const isKey = /^bearer +smk_\w+$/i.test(authorization ?? "");
  const text = body?.toString("utf8");
  const isText = body !== null && text !== undefined && Buffer.from(text).equals(body);
  return {
    method,
    target,
    headers: headers.map(([name, value]) =>
      isKey && value === authorization ? [name, "Bearer {key}"] : [name, value],
    ),
    ...(body === null ? {} : isText ? { body: text } : { base64: body.toString("base64") }),
    ...(framing.kind === "length" ? {} : { framing }),
  };
}

/** The request again, for the tenant that the key belongs to. */
export function unkept(kept: KeptRequest, apiKey: string): WireRequest {
  const { method, target, headers, body, base64, framing = { kind: "length" } } = kept;
  return {
    method,
    target,
    headers: headers.map(([name, value]) => [name, value.replace("{key}", apiKey)]),
    body:
      base64 !== undefined
        ? Buffer.from(base64, "base64")
        : body === undefined
          ? null
          : Buffer.from(withNames(body)),
    framing,
  };
}

function withNames(body: string): string {
  return body.replace(/"([^"{]*)\{names\}"/, (_, before: string) =>
    Array.from({ length: 100_000 }, (_, place) => `"${before}N${place}"`).join(","),
  );
}
