/** Bytes of a secret; Standard Webhooks asks for 24 to 64. */
const length = 32;

/** A new secret in hex. */
export function newSecret(): string {
  return [...crypto.getRandomValues(new Uint8Array(length))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

/** A secret, given in hex, as its owner is shown it: `whsec_` and its bytes in base64. */
export function secretText(hex: string): string {
  return `whsec_${btoa(String.fromCharCode(...bytesOf(hex)))}`;
}

/** Bytes given in hex. */
export function bytesOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
