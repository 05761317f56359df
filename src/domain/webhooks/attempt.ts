import type { Allowed } from "./address.ts";
import { isAllowed, refusalOfUrl } from "./address.ts";
import { pauseAfter, secondsAsked } from "./schedule.ts";
import { signed } from "./sign.ts";

/** Sends a request, and answers with what came back; rejects when nothing did. */
export type Send = (url: string, init: RequestInit) => Promise<Response>;

/** What attempts are made with. */
export interface Sending {
  /** To public addresses alone, whatever a name leads to. */
  readonly sendOut: Send;
  /** To addresses that are allowed by name. */
  readonly sendAllowed: Send;
  readonly allowed: Allowed;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** From 0 to 1. */
  readonly random: () => number;
  /** How long a receiver may take to answer, in milliseconds. */
  readonly patienceMs: number;
}

/** A delivery that is due. */
export interface Due {
  /** Id of the event. */
  readonly event: string;
  readonly url: string;
  readonly payload: string;
  /** In hex, the newest first. */
  readonly secrets: readonly string[];
  /** The first one is 1. */
  readonly attempt: number;
}

/** What became of an attempt. */
export interface Outcome {
  /** `gone`: the receiver wants no more, ever. */
  readonly result: "succeeded" | "failed" | "gone";
  /** Null when nothing came back. */
  readonly response_status: number | null;
  readonly duration_ms: number;
  readonly error: string | null;
  /** What the answer began with; null when it was empty. */
  readonly excerpt: string | null;
  /** Seconds until the next attempt; null: there is none. */
  readonly retry_after_s: number | null;
}

/** How long a receiver may take, in milliseconds. */
export const receiverPatience = 15_000;

/** Bytes of an answer that are read, and characters of it that are kept. */
const excerptMost = { bytes: 4096, characters: 500 };

/** Attempts a delivery once. Never rejects: what goes wrong is the receiver's. */
export async function attempt(due: Due, sending: Sending): Promise<Outcome> {
  const refusal = refusalOfUrl(due.url, sending.allowed);
  if (refusal !== undefined) return failed(due, sending, 0, { error: `The address ${refusal}` });
  const began = sending.now();
  const spent = (): number => sending.now() - began;
  const send = isAllowed(due.url, sending.allowed) ? sending.sendAllowed : sending.sendOut;
  try {
    const response = await send(due.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Serialmint",
        ...(await signed(due.event, began, due.payload, due.secrets)),
      },
      body: due.payload,
      // An address that was looked at is the only one that is sent to.
      redirect: "manual",
      signal: AbortSignal.timeout(sending.patienceMs),
    });
    const excerpt = await beginningOf(response);
    return outcomeOf(due, sending, spent(), response, excerpt);
  } catch (error) {
    return failed(due, sending, spent(), { error: sentenceOf(error, sending.patienceMs) });
  }
}

function outcomeOf(
  due: Due,
  sending: Sending,
  duration: number,
  { status, headers }: Response,
  excerpt: string | null,
): Outcome {
  const told = { response_status: status, excerpt };
  if (status >= 200 && status < 300) {
    const ended = { result: "succeeded", error: null, retry_after_s: null } as const;
    return { ...told, ...ended, duration_ms: duration };
  }
  if (status === 410) {
    const error = "The receiver answered 410: it wants nothing more.";
    return { ...told, result: "gone", error, retry_after_s: null, duration_ms: duration };
  }
  const asks = status === 429 || status === 503;
  const asked = asks ? secondsAsked(headers.get("retry-after"), sending.now()) : 0;
  const isRedirect = status >= 300 && status < 400;
  const error = isRedirect
    ? `The receiver answered ${status}: redirects are not followed.`
    : `The receiver answered ${status}.`;
  return failed(due, sending, duration, { ...told, error }, asked);
}

function failed(
  due: Due,
  { random }: Sending,
  duration: number,
  told: { error: string } & Partial<Outcome>,
  asked = 0,
): Outcome {
  return {
    result: "failed",
    response_status: null,
    duration_ms: duration,
    excerpt: null,
    retry_after_s: pauseAfter(due.attempt, asked, random()),
    ...told,
  };
}

/**
 * What an answer begins with, as far as it is printable; the rest is not read. One that breaks off, or does not come to
 * its end in time, has been given all the same: its head says what it is.
 */
async function beginningOf({ body }: Response): Promise<string | null> {
  if (body === null) return null;
  // A body is a stream of bytes; the type does not say so.
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  while (size < excerptMost.bytes) {
    const read = await reader.read().catch(() => undefined);
    if (read?.value === undefined) break;
    const rest = read.value.subarray(0, excerptMost.bytes - size);
    text += decoder.decode(rest, { stream: true });
    size += rest.byteLength;
  }
  // Its end is of no account, nor is it when it cannot be reached.
  await reader.cancel().catch(() => undefined);
  const shown = text.replaceAll(/[^\P{C}\n]/gu, "").slice(0, excerptMost.characters);
  return shown === "" ? null : shown.replace(/\p{Surrogate}$/u, "");
}

function sentenceOf(error: unknown, patienceMs: number): string {
  const isTimeout =
    error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
  return isTimeout
    ? `The receiver did not answer within ${patienceMs / 1000} s.`
    : "The receiver could not be reached.";
}
