/** How a SKU reads; that it is not `.` or `..` is told by `isSku`. */
export const skuShape = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;

/** What `skuShape` asks for, to stand behind the name of a field. */
export const skuRule = "must be 1 to 64 printable ASCII characters without a space at either end.";

/** Whether a text means a folder in a path, where a SKU stands. */
export function isFolder(text: string): boolean {
  return text === "." || text === "..";
}

/** Whether a text can be the SKU of a product. */
export function isSku(text: string): boolean {
  return skuShape.test(text) && !isFolder(text);
}
