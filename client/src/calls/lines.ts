/**
 * Cuts a text that arrives in pieces into lines, with the line breaks left out. What stands between
 * quotes is not cut when `quotes` is set: a record of a CSV may go over several lines.
 */
export class LineCutter {
  readonly #quotes: boolean;
  #rest = "";
  /** How much of the rest has been looked at, and whether that ends between quotes. */
  #seen = 0;
  #quoted = false;

  constructor({ quotes }: { quotes: boolean }) {
    this.#quotes = quotes;
  }

  /** The lines that a piece completes. */
  *cut(piece: string): Generator<string> {
    this.#rest += piece;
    let begin = 0;
    for (let at = this.#seen; at < this.#rest.length; at += 1) {
      const unit = this.#rest.charCodeAt(at);
      if (unit === 0x22 && this.#quotes) this.#quoted = !this.#quoted;
      else if (unit === 0x0a && !this.#quoted) {
        const end = at > begin && this.#rest.charCodeAt(at - 1) === 0x0d ? at - 1 : at;
        yield this.#rest.slice(begin, end);
        begin = at + 1;
      }
    }
    this.#rest = this.#rest.slice(begin);
    this.#seen = this.#rest.length;
  }

  /** What came after the last line break; not empty when the text was cut off. */
  get rest(): string {
    return this.#rest;
  }
}
