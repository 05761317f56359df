import type { PartResult, Setting } from "./result.ts";
import type { Service } from "./service.ts";

/** What a part is given. */
export interface Bench {
  readonly service: Service;
  /** Smaller sizes and fewer rounds, to see that it works. */
  readonly quick: boolean;
}

export type Part = (bench: Bench) => Promise<PartResult>;

export const settings: readonly Setting[] = ["as it is", "5 ms commit"];

/**
 * A baseline that commits nothing, such as `select 1`, is not held up by a slow commit. Its caller is,
 * so that the two compare: its answer counts when it would have come with a commit.
 */
export async function withCommit(commitMs: number, work: Promise<unknown>): Promise<void> {
  await work;
  if (commitMs > 0) await new Promise((resolve) => setTimeout(resolve, commitMs));
}
