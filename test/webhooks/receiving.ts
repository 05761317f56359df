/** Receivers within the test, and the pump's work done where the test says. */
import { Webhook } from "standardwebhooks";
import { expect } from "vitest";

import { openDatabase } from "../../src/db/client.ts";
import type { Sending } from "../../src/domain/webhooks/attempt.ts";
import { deliver } from "../../src/domain/webhooks/deliver.ts";
import type { Service } from "../harness/service.ts";
import { ok } from "../api/contract.ts";
import { serviceForTest } from "../store/service.ts";

/** What a receiver got. */
export interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
}

/** A receiver that answers as it is told, and remembers what it got. */
export interface Receiver {
  readonly received: Received[];
  /** Its answer from here on; by default 204. */
  answer: (received: Received) => Response | Promise<Response>;
  readonly send: Sending["sendOut"];
}

export function receiver(): Receiver {
  const one: Receiver = {
    received: [],
    answer: () => new Response(null, { status: 204 }),
    send: async (url, init) => {
      expect(init).toMatchObject({ method: "POST", redirect: "manual" });
      const headers = Object.fromEntries(new Headers(init.headers));
      const got = { url, headers, payload: await new Response(init.body).text() };
      one.received.push(got);
      const answered = await Promise.race([one.answer(got), ended(init.signal)]);
      return answered;
    },
  };
  return one;
}

/** As fetch does when its time is over. */
function ended(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error));
  });
}

/** The bytes that base64 stands for, in hex. */
export function hexOf(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export interface MadeWebhook {
  readonly id: string;
  readonly secret: string;
}

/** Nobody but the test delivers. */
const pump = { getByName: () => ({ wake: async () => Promise.resolve() }) };

export function serviceWithoutWebhookPump(): Promise<Service> {
  return serviceForTest({ vars: { WEBHOOK_PUMP: pump } });
}

export async function makeWebhook(service: Service, input: object = {}): Promise<MadeWebhook> {
  return ok(service, "POST", "/v1/webhooks", { url: "https://erp.example/hooks", ...input });
}

/** Does the pump's work for a webhook until nothing is due. Gives the milliseconds until something is. */
export function deliverNow(
  service: Service,
  webhook: string,
  to: Receiver,
  options: Partial<Sending> & { readonly tenant?: string } = {},
): Promise<number | undefined> {
  const { tenant = service.tenant, ...sending } = options;
  return deliver(
    { tenant, webhook },
    {
      db: openDatabase({
        databaseUrl: service.database.databaseUrl,
        sqlEndpoint: service.database.endpoint,
        timings: { requests: 0, milliseconds: 0 },
      }),
      sendOut: to.send,
      sendAllowed: to.send,
      allowed: [],
      now: Date.now,
      random: () => 0,
      patienceMs: 15_000,
      until: Date.now() + 60_000,
      ...sending,
    },
  );
}

/** What a Standard Webhooks receiver reads; fails where it would not take it. */
export function verified(
  { secret }: MadeWebhook,
  { headers, payload }: Received,
  // oxlint-disable-next-line typescript/no-explicit-any
): any {
  return new Webhook(secret).verify(payload, headers);
}

export async function deliveries(
  service: Service,
  { id }: { readonly id: string },
  // oxlint-disable-next-line typescript/no-explicit-any
): Promise<any[]> {
  return (await ok(service, "GET", `/v1/webhooks/${id}/deliveries`)).data;
}

/** Moves what waits to be attempted again to now. */
export async function makeDue(service: Service): Promise<void> {
  await service.database.query(
    "update webhook_deliveries set next_attempt_at = now() where status = 'pending'",
  );
}
