import { fail } from "../../../errors.ts";
import { longestAttributeName } from "../../lots/attributes.ts";
import type { Kind } from "../kind.ts";
import type { ImportKind } from "../record.ts";
import type { Header } from "./header.ts";

/** Where a field stands in a row. */
export interface Column {
  readonly index: number;
  /** As the file writes it. */
  readonly header: string;
}

/** The columns that are read, by our fields. */
export type Columns = ReadonlyMap<string, Column>;

/** Our fields with the headers of their columns; null for a field that is not to be read. */
export type Mapping = Readonly<Record<string, string | null>>;

/** How the field of an attribute begins. */
export const attributePrefix = "attributes.";

/**
 * The column of every field: the mapped one, else the first of its headers that the file has, letter
 * case aside. Fails: import_mapping_field, import_mapping_column, import_column_repeated,
 * import_column_unusable, import_columns_missing.
 */
export function matchColumns<Field extends string>(
  name: ImportKind,
  kind: Pick<Kind<Field, never>, "fields" | "needs" | "unusable" | "attributes">,
  header: Header,
  mapping: Mapping,
): Columns {
  const found = header.columns.filter((column) => column !== "");
  const known = new Map<string, readonly string[]>(Object.entries(kind.fields));
  const columns = new Map<string, Column>();

  for (const [field, column] of Object.entries(mapping)) {
    if (!known.has(field) && !(kind.attributes && isAttribute(field))) {
      const fields = [...known.keys(), ...(kind.attributes ? [`${attributePrefix}name`] : [])];
      fail("import_mapping_field", { field, known: fields });
    }
    if (column === null) continue;
    const mapped = columnNamed(header, column);
    if (mapped === null) fail("import_mapping_column", { field, column, found });
    columns.set(field, mapped);
  }
  for (const [field, headers] of known) {
    if (Object.hasOwn(mapping, field)) continue;
    for (const one of headers) {
      const column = columnNamed(header, one);
      if (column === null) continue;
      columns.set(field, column);
      break;
    }
  }

  const has = (field: string): boolean => columns.has(field) || mapping[field] === null;
  for (const { header: unusable, fields, instead } of kind.unusable) {
    const column = columnNamed(header, unusable);
    if (column === null || fields.some(has)) continue;
    fail("import_column_unusable", { column: column.header, instead, field: fields[0] });
  }
  const missing = kind.needs
    .filter((group) => !group.some(has))
    .map((fields) => ({ fields, columns: fields.flatMap((field) => kind.fields[field]) }));
  if (missing.length > 0) fail("import_columns_missing", { kind: name, missing, found });
  return columns;
}

/** The headers of the columns that are not read. */
export function ignoredColumns(header: Header, columns: Columns): string[] {
  const read = new Set(Array.from(columns.values(), ({ index }) => index));
  return header.columns.filter((column, index) => column !== "" && !read.has(index));
}

function columnNamed(header: Header, name: string): Column | null {
  const wanted = name.trim().toLowerCase();
  const matching = header.columns.flatMap((column, index) =>
    column.toLowerCase() === wanted ? [{ index, header: column }] : [],
  );
  const exact = matching.filter((column) => column.header === name.trim());
  const [column, second] = exact.length > 0 ? exact : matching;
  if (second !== undefined) fail("import_column_repeated", { column: second.header });
  return column ?? null;
}

function isAttribute(field: string): boolean {
  const name = field.slice(attributePrefix.length);
  return field.startsWith(attributePrefix) && name !== "" && name.length <= longestAttributeName;
}
