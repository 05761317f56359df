export type Separator = "," | ";" | "\t";

const separators: readonly Separator[] = [",", ";", "\t"];

/**
 * Finds the separator of a file: the most frequent of comma, semicolon and tab outside quotes in the
 * first line that has any.
 */
export class SeparatorSearch {
  #inQuotes = false;
  readonly #counts = new Map<string, number>();

  /** Reads on; null as long as no line that has ended tells. */
  read(text: string): Separator | null {
    for (const character of text) {
      if (character === '"') this.#inQuotes = !this.#inQuotes;
      if (this.#inQuotes) continue;
      if (character === "\n") {
        const found = this.end();
        if (found !== null) return found;
      } else if (separators.some((separator) => separator === character)) {
        this.#counts.set(character, (this.#counts.get(character) ?? 0) + 1);
      }
    }
    return null;
  }

  /** What the line tells that has been read so far. */
  end(): Separator | null {
    let found: Separator | null = null;
    for (const separator of separators) {
      const most = found === null ? 0 : (this.#counts.get(found) ?? 0);
      if ((this.#counts.get(separator) ?? 0) > most) found = separator;
    }
    return found;
  }
}
