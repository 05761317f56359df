/** A CSV text (RFC 4180) as rows of fields; throws where it is none. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  for (let at = 0; at < text.length; at = field.lastIndex) {
    field.lastIndex = at;
    const match = field.exec(text);
    if (match === null) throw new Error(`No field begins at ${at}: ${text.slice(at, at + 60)}`);
    const [, quoted, plain = "", end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  if (row.length > 0) throw new Error("The last line has no end.");
  return rows;
}

/** What a spreadsheet would run: the first characters of a formula, unless it is a plain number. */
export function isFormula(field: string): boolean {
  return /^[=+\-@\t\r]/.test(field) && !/^-?\d+(\.\d+)?$/.test(field);
}
