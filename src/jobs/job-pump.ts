import { DurableObject } from "cloudflare:workers";
import { openDatabase } from "../db/client.ts";
import { jobError, noteFailure } from "../domain/jobs/failure.ts";
import { chunksOf } from "../domain/jobs/chunks-of.ts";
import { newToken } from "../domain/jobs/token.ts";
import type { JobKey } from "../domain/jobs/job.ts";
import { takeJob } from "../domain/jobs/lease.ts";
import { pump } from "../domain/jobs/pump.ts";
import { pendingJob } from "../domain/jobs/pending.ts";
import type { Emitter } from "../domain/webhooks/emitting.ts";
import type { Bindings } from "../env.ts";
import { settingsOf } from "../env.ts";
import { Failure, failure } from "../errors.ts";
import { wakeOf } from "./wake.ts";

/** How long one alarm works before it sets the next one, in milliseconds. */
const shift = 20_000;

/** Pause after a failure, doubled with every further one up to the longest, in milliseconds. */
const pause = { first: 500, longest: 30_000 };

interface Duty extends JobKey {
  readonly token: string;
  readonly failures: number;
}

/**
 * Goes on with one job when no request does. Its alarm survives a restart. What it keeps is only which
 * job is meant and who it is; where the job stands is in the database.
 */
export class JobPump extends DurableObject<Bindings> {
  /** Looks after the job in `afterMs`, or sooner if it was to anyway. */
  async arm(key: JobKey, afterMs: number): Promise<void> {
    const duty = await this.ctx.storage.get<Duty>("duty");
    if (duty === undefined) {
      await this.ctx.storage.put<Duty>("duty", { ...key, token: newToken(), failures: 0 });
    }
    const due = Date.now() + afterMs;
    const set = await this.ctx.storage.getAlarm();
    if (set === null || due < set) await this.ctx.storage.setAlarm(due);
  }

  /** Never rejects: an alarm that fails is dropped after a few tries, and the job with it. */
  override async alarm(): Promise<void> {
    const duty = await this.ctx.storage.get<Duty>("duty");
    if (duty === undefined) return;
    const again = await this.work(duty).catch(async (error: unknown) => this.excuse(duty, error));
    if (again === undefined) await this.ctx.storage.deleteAll();
    else await this.ctx.storage.setAlarm(Date.now() + again);
  }

  /** Works on the job. Gives the milliseconds after which to look again, or undefined for never. */
  private async work(duty: Duty): Promise<number | undefined> {
    const emitter = this.#emitter();
    const { db } = emitter;
    const taken = await takeJob(db, duty, duty.token);
    if (taken === undefined) return pendingJob(db, duty);
    const outcome = await pump({
      runChunk: await chunksOf(emitter, duty),
      key: duty,
      token: duty.token,
      from: taken.cursor,
      until: Date.now() + shift,
      now: Date.now,
    });
    if (duty.failures > 0) await this.ctx.storage.put<Duty>("duty", { ...duty, failures: 0 });
    return outcome === "finished" ? undefined : 0;
  }

  /** Records a failure as far as the database can be reached, and says when to try again. */
  private async excuse(duty: Duty, error: unknown): Promise<number | undefined> {
    const failed =
      error instanceof Failure ? error : failure("internal_error", {}, { cause: error });
    const { code, sqlstate } = jobError(failed);
    console.error(JSON.stringify({ event: "job_chunk_failed", job: duty.job, code, sqlstate }));
    const failures = duty.failures + 1;
    await this.ctx.storage.put<Duty>("duty", { ...duty, failures });
    try {
      const status = await noteFailure(this.#emitter(), duty, duty.token, failed);
      if (status === "failed") return undefined;
    } catch {
      // The database is away; the job waits there as it is.
    }
    return Math.min(pause.first * 2 ** (failures - 1), pause.longest);
  }

  #emitter(): Emitter {
    const { databaseUrl, sqlEndpoint } = settingsOf(this.env);
    const timings = { requests: 0, milliseconds: 0 };
    return { db: openDatabase({ databaseUrl, sqlEndpoint, timings }), wake: wakeOf(this.env) };
  }
}
