import { bytesOf } from "./secret.ts";

/** What one attempt sends, beside its body. */
export type SignedHeaders = Readonly<
  Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>
>;

/**
 * Signs a message as Standard Webhooks 1.0.0 has it (section "Signature scheme"): HMAC-SHA-256 over id, time and
 * body, with each secret, the newest first. `secrets` are in hex, `at` is the time of the attempt in epoch
 * milliseconds.
 */
export async function signed(
  id: string,
  at: number,
  payload: string,
  secrets: readonly string[],
): Promise<SignedHeaders> {
  const timestamp = String(Math.floor(at / 1000));
  const content = new TextEncoder().encode(`${id}.${timestamp}.${payload}`);
  const signatures = await Promise.all(
    secrets.map(async (secret) => `v1,${await hmac(secret, content)}`),
  );
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
}

async function hmac(secret: string, content: BufferSource): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytesOf(secret), algorithm, false, ["sign"]);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, content));
  return btoa(String.fromCharCode(...bytes));
}
