/** What keeps `first` and `last` from being a run or nothing, and the member to mend; null when nothing does. */
export function runProblem(
  first: bigint | undefined,
  last: bigint | undefined,
): { readonly member: "first" | "last"; readonly message: string } | null {
  if (first === undefined && last === undefined) return null;
  const message = "is missing. Give first and last, or neither for every number that is open.";
  if (first === undefined) return { member: "first", message };
  if (last === undefined) return { member: "last", message };
  if (first <= last) return null;
  return { member: "first", message: `must not be above last, and ${first} is above ${last}.` };
}
