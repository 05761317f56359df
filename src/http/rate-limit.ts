import type { Quota, QuotaUse } from "../domain/quotas/quota.ts";

/** Seconds of a day as a policy says them: once or twice a year a day has an hour more or less. */
const daySeconds = 86_400;

/**
 * The fields in which an answer tells a key what it may use up (`RateLimit-Policy`) and what is left of it
 * (`RateLimit`), as of draft-ietf-httpapi-ratelimit-headers-11, sections 3 and 4; none of a key without such
 * quotas. The unit `numbers` is ours: the draft registers no fitting one, and means requests without any.
 */
export function rateLimitFields(quota: Quota, use: QuotaUse): Readonly<Record<string, string>> {
  const { requests_per_minute: requests, numbers_per_day: numbers } = quota;
  const policies: string[] = [];
  const limits: string[] = [];
  if (requests !== null) {
    policies.push(`"requests";q=${requests};w=60`);
    if (use.requests !== undefined) limits.push(`"requests";${left(requests, use.requests)}`);
  }
  if (numbers !== null) {
    policies.push(`"numbers";q=${numbers};qu="numbers";w=${daySeconds}`);
    if (use.numbers !== undefined) limits.push(`"numbers";${left(numbers, use.numbers)}`);
  }
  return {
    ...(policies.length === 0 ? {} : { "ratelimit-policy": policies.join(", ") }),
    ...(limits.length === 0 ? {} : { ratelimit: limits.join(", ") }),
  };
}

function left(limit: number, { used, resets_in_s }: { used: number; resets_in_s: number }): string {
  return `r=${Math.max(limit - used, 0)};t=${resets_in_s}`;
}
