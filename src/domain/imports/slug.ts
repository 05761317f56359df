/**
 * A key made of a text: letters without their accents, everything else that a key cannot have as a
 * hyphen, at most 64 characters; letter case stays. Empty when no letter or digit is left.
 */
export function slugOf(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64)
    .replace(/[._-]+$/, "");
}
