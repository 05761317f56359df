/** Who works on a job: one holder of its lease. */
export function newToken(): string {
  return crypto.randomUUID();
}
