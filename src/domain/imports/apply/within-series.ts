/** Series of one transaction at most: each holds locks to its end. */
export const mostSeries = 256;

/** How many of the first records touch no more series than `limit` together; one at least. */
export function withinSeries(
  records: readonly (readonly string[])[],
  limit: number = mostSeries,
): number {
  const touched = new Set<string>();
  for (const [index, series] of records.entries()) {
    for (const one of series) touched.add(one);
    if (touched.size > limit && index > 0) return index;
  }
  return records.length;
}
