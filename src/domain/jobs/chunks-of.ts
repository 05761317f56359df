import { sql } from "drizzle-orm";
import { importChunks } from "../imports/apply.ts";
import type { Emitter } from "../webhooks/emitting.ts";
import type { RunChunk } from "./chunk.ts";
import { lotChunks } from "./chunk.ts";
import type { JobKey } from "./job.ts";

/** How the chunks of a job are worked off: of an import's job by applying its file. */
export async function chunksOf(emitter: Emitter, { tenant, job }: JobKey): Promise<RunChunk> {
  const [found] = await emitter.db.readOf<{ id: string }>(
    tenant,
    sql`SELECT id FROM imports WHERE tenant = ${tenant} AND id = ${job}::uuid`,
  );
  return found === undefined ? lotChunks(emitter) : importChunks(emitter);
}
