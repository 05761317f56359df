/**
 * The option of a schema that tells what to give where its field is missing, such as "the SKU of a
 * product"; of anything else that is wrong it says nothing.
 */
export function whenMissing(wanted: string) {
  return {
    error: (issue: { readonly input?: unknown }): string | undefined =>
      issue.input === undefined ? `Give ${wanted}.` : undefined,
  };
}
