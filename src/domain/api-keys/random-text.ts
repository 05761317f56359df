const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Characters of the random part: 166 bits. */
const length = 28;

/** Bytes from here on would make the first characters of the alphabet likelier than the others. */
const fair = 256 - (256 % alphabet.length);

/** The text of a new key that begins with `prefix`, such as `smk_live_`. */
export function randomText(prefix: string): string {
  let text = "";
  while (text.length < length) {
    const bytes = [...crypto.getRandomValues(new Uint8Array(length))];
    text += bytes
      .filter((byte) => byte < fair)
      .map((byte) => alphabet.charAt(byte % alphabet.length))
      .join("");
  }
  return prefix + text.slice(0, length);
}
