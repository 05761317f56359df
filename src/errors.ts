/** A counter value or an amount as a fact: whatever the side that noticed the failure has at hand. */
type Amount = bigint | number | string;

/** What every row of the table has. `never` lets each row name its own facts. */
interface FailureEntry {
  /** HTTP status of the answer. */
  readonly status: number;
  /** What kind of failure this is; the same sentence for every occurrence. */
  readonly title: string;
  /** True when the same request may succeed if it is sent again unchanged. */
  readonly retryable: boolean;
  /** Seconds to wait before the next try, which its facts may tell. */
  readonly retryAfter?: number | ((facts: never) => number);
  /** What happened this time and what to change. */
  readonly detail: (facts: never) => string;
}

/** Longest piece of a caller's text that a sentence repeats, in characters. */
const quotedLength = 60;

/**
 * A caller's value, safe to stand in a sentence: JSON-quoted, cut to 60 characters, and everything
 * that is not printable ASCII written as an escape, so that no control or bidi character gets out.
 */
export function quoted(value: unknown): string {
  const text = JSON.stringify(typeof value === "bigint" ? String(value) : value) ?? "nothing";
  const cut = text.length > quotedLength ? `${text.slice(0, quotedLength)}...` : text;
  return cut.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A run of numbers, both ends included. */
interface Run {
  readonly first: Amount;
  readonly last: Amount;
}

/** `1 to 20, 41`. */
function runs(some: readonly Run[]): string {
  const texts = some.map(({ first, last }) =>
    String(first) === String(last) ? String(first) : `${String(first)} to ${String(last)}`,
  );
  return texts.join(", ");
}

/**
 * One of two ways to come to the same name. `at`, the document's, and `now` are days, or times of the
 * sequence's clock.
 */
interface Giver {
  readonly number: Amount;
  readonly at: string | null;
  readonly now?: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** `number 7 on 2026-11-24 with plant "B7"`. */
function given({ number, at, now, fields }: Giver): string {
  const values = Object.entries(fields).map(([field, value]) => `${field} ${quoted(value)}`);
  const day = at === null ? "" : ` on ${at}`;
  const drawn = now === undefined ? "" : ` drawn on ${now}`;
  return `number ${String(number)}${day}${drawn}${values.length === 0 ? "" : ` with ${values.join(", ")}`}`;
}

/** What the text of a pattern has to show, by the reset. */
const shownByReset = {
  yearly: "the year ({YYYY})",
  monthly: "year and month ({YYYY}{MM})",
  weekly: "the ISO week and the year that it belongs to ({GGGG}{WW})",
  daily: "the whole day ({YYYY}{MM}{DD} or {YYYY}{DOY})",
  fiscal: "the fiscal year ({FY})",
} as const;

/** The same in Odoo's dialect, where a date range is a period. */
const rangeByReset = {
  yearly: "the year (%(range_year)s)",
  monthly: "year and month (%(range_year)s%(range_month)s)",
  weekly: "the day on which the week begins (%(range_year)s%(range_month)s%(range_day)s)",
  daily: "the whole day (%(range_year)s%(range_month)s%(range_day)s)",
  fiscal: "the year in which the fiscal year begins (%(range_year)s)",
} as const;

/** What the series of a sequence are named after, by its reset. */
const periods = {
  yearly: { when: "each year", one: "a year", example: "2026" },
  monthly: { when: "each month", one: "a month", example: "2026-11" },
  weekly: { when: "each week", one: "an ISO week that exists,", example: "2026-W48" },
  daily: { when: "each day", one: "a day that exists,", example: "2026-11-24" },
  fiscal: { when: "each fiscal year", one: "the year in which it begins,", example: "FY2026" },
} as const;

function isResetByDate(reset: string): reset is keyof typeof periods {
  return Object.hasOwn(periods, reset);
}

/** `sequence "invoices"`, or `series "2026" of sequence "invoices"`. */
function countedIn(facts: { sequence: string; series?: string | null }): string {
  const sequence = `sequence ${quoted(facts.sequence)}`;
  return facts.series == null ? sequence : `series ${quoted(facts.series)} of ${sequence}`;
}

function capital(sentence: string): string {
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}

/** Sequences and products that a key or a call is about. */
interface Limits {
  readonly sequences: readonly string[] | null;
  readonly products: readonly string[] | null;
}

/** The most names that a sentence lists. */
const namedMost = 10;

/** `the sequences "a" and "b"`; nothing where there are none. */
function named(what: string, some: readonly string[] | null): string[] {
  if (some === null || some.length === 0) return [];
  const names = some.slice(0, namedMost).map(quoted).join(", ");
  return [`${what} ${names}${some.length > namedMost ? " and others" : ""}`];
}

/** What a key is limited to: `sequence "a", product "p"`. */
function limits({ sequences, products }: Limits): string {
  return [...named("sequence", sequences), ...named("product", products)].join(" and ");
}

/** What a call is about, where it may be any of a kind as well. */
function touched({ sequences, products }: Limits): string {
  return [
    ...(sequences === null ? ["any sequence"] : named("sequence", sequences)),
    ...(products === null ? ["any product"] : named("product", products)),
  ].join(" and ");
}

/** `1 lot`, `2 lots`. */
function plural(amount: Amount, one: string, many: string): string {
  return `${String(amount)} ${String(amount) === "1" ? one : many}`;
}

/**
 * The one table of failures: code -> status, title, retryable and the sentence for the facts.
 * A code that is not here cannot be raised, which the types check.
 */
export const failures = {
  // What cannot be read.
  body_not_json: {
    status: 400,
    title: "The body is not JSON",
    retryable: false,
    detail: (facts: { reason: string; position: number | null }) =>
      `The body cannot be read as JSON: ${facts.reason}` +
      `${facts.position === null ? "" : `, at character ${facts.position}`}. ` +
      "Send one JSON object, encoded in UTF-8.",
  },
  body_broken_off: {
    status: 400,
    title: "The body broke off",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "The connection ended before the body had come whole, and nothing was done. " +
      "Send the request again.",
  },
  body_key_repeated: {
    status: 400,
    title: "A key stands twice in one object",
    retryable: false,
    detail: (facts: { key: string }) =>
      `The key ${quoted(facts.key)} stands twice in the same object, so it is unclear which value is meant. ` +
      "Keep one of them.",
  },
  body_too_deep: {
    status: 400,
    title: "The body is nested too deeply",
    retryable: false,
    detail: (facts: { limit: number }) =>
      `Objects and arrays may be nested ${facts.limit} deep. Flatten the body.`,
  },
  body_too_large: {
    status: 413,
    title: "The body is too large",
    retryable: false,
    detail: (facts: { limit_bytes: number }) =>
      `A body may have ${facts.limit_bytes} bytes. Split the request into several, ` +
      "or give a count or a reservation instead of the names themselves.",
  },
  unsupported_media_type: {
    status: 415,
    title: "The body has a type that this call does not read",
    retryable: false,
    detail: (facts: { given: string | null; accepted: readonly string[] }) =>
      `${facts.given === null ? "The request has a body and no Content-Type" : `The Content-Type is ${quoted(facts.given)}`}. ` +
      `Send Content-Type: ${facts.accepted.join(" or ")}, in UTF-8.`,
  },
  content_encoding_unsupported: {
    status: 415,
    title: "The body is compressed",
    retryable: false,
    detail: (facts: { given: string }) =>
      `The Content-Encoding is ${quoted(facts.given)}. Send the body uncompressed, without Content-Encoding.`,
  },
  idempotency_key_missing: {
    status: 400,
    title: "The Idempotency-Key is missing",
    retryable: false,
    detail: () =>
      "Every POST needs an Idempotency-Key header of 1 to 255 printable ASCII characters. " +
      "Make a new one for every new request, such as a UUID, and send the same one when you repeat it.",
  },
  idempotency_key_malformed: {
    status: 400,
    title: "The Idempotency-Key cannot be read",
    retryable: false,
    detail: (facts: { reason: string }) =>
      `${facts.reason} Send 1 to 255 printable ASCII characters, bare or as one quoted string.`,
  },
  idempotency_key_reused: {
    status: 422,
    title: "The Idempotency-Key belongs to another request",
    retryable: false,
    detail: () =>
      "This Idempotency-Key was used before with another method, path or body. " +
      "Repeat that request unchanged, or send this one with a new key.",
  },
  request_in_flight: {
    status: 409,
    title: "The same request is still running",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "A request with this Idempotency-Key is running. Wait, and send the same request with the same key again.",
  },
  if_match_malformed: {
    status: 400,
    title: "The If-Match cannot be read",
    retryable: false,
    detail: (facts: { given: string }) =>
      `The If-Match is ${quoted(facts.given)}. Send the ETag as it was answered, quotes included, or *.`,
  },
  cursor_unusable: {
    status: 400,
    title: "The cursor cannot be used here",
    retryable: false,
    detail: (facts: { reason: string }) =>
      `${facts.reason} Send the next_cursor of the page before, with the same filters, or start without a cursor.`,
  },

  // Who is calling.
  api_key_missing: {
    status: 401,
    title: "The API key is missing",
    retryable: false,
    detail: () => "Send your API key in the header Authorization: Bearer smk_live_...",
  },
  api_key_malformed: {
    status: 401,
    title: "The API key cannot be read",
    retryable: false,
    detail: () =>
      "The header has to read Authorization: Bearer, a space, and the key as it was given to you: " +
      "smk_live_, smk_test_ or smk_demo_ and 28 letters and digits.",
  },
  api_key_unknown: {
    status: 401,
    title: "The API key is unknown",
    retryable: false,
    detail: () =>
      "No key of this service reads like that. Check that it is complete and meant for this installation.",
  },
  api_key_revoked: {
    status: 401,
    title: "The API key was revoked",
    retryable: false,
    detail: () => "This key was revoked and works no more. Use another key of the tenant.",
  },
  api_key_expired: {
    status: 401,
    title: "The API key has expired",
    retryable: false,
    detail: (facts: { expired_at: string }) =>
      `This key worked until ${facts.expired_at}. Use the one that took its place, or another key of the tenant.`,
  },
  scope_missing: {
    status: 403,
    title: "The API key lacks the scope",
    retryable: false,
    detail: (facts: { needed: readonly string[]; held: readonly string[] }) =>
      `This call needs a key with ${[...facts.needed.filter((scope) => scope !== "admin"), "admin"].join(" or ")}; ` +
      `this one has ${facts.held.join(", ")}.`,
  },
  api_key_limited: {
    status: 403,
    title: "The API key is limited to something else",
    retryable: false,
    detail: (facts: Limits & { limited_to: Limits }) =>
      `This key is for ${limits(facts.limited_to)} alone, and the call is about ${touched(facts)}. ` +
      "Use a key without that limit, or narrow the call.",
  },
  metrics_not_set_up: {
    status: 404,
    title: "The metrics are not set up",
    retryable: false,
    detail: () =>
      "Metrics are given to whoever knows their key, and this installation has none. " +
      "Set the secret METRICS_KEY of the Worker, and send it as Authorization: Bearer.",
  },
  metrics_key_wrong: {
    status: 401,
    title: "The key of the metrics is missing or wrong",
    retryable: false,
    detail: () =>
      "Send the header Authorization: Bearer with the value of METRICS_KEY; an API key does not give the metrics.",
  },
  reservation_of_another: {
    status: 403,
    title: "The reservation was made with another API key",
    retryable: false,
    detail: (facts: { reservation: string }) =>
      `Another key made the reservation ${facts.reservation}. ` +
      "Void it with that one, or with a key that has sequences:write or admin.",
  },

  // What a key may use up.
  quota_count_exceeded: {
    status: 403,
    title: "The API key may not use up that many numbers at once",
    retryable: false,
    detail: (facts: { limit: Amount; asked: Amount; per: "request" | "day" }) =>
      facts.per === "day"
        ? `This key may use up ${plural(facts.limit, "number", "numbers")} a day, and this request alone would use up ` +
          `${String(facts.asked)}. Split it over several days, or use a key without that quota.`
        : `One request with this key may use up ${plural(facts.limit, "number", "numbers")}, and this one would use up ` +
          `${String(facts.asked)}. Split it, or use a key without that quota.`,
  },
  quota_numbers_exceeded: {
    status: 429,
    title: "The API key has used up its numbers of the day",
    retryable: true,
    retryAfter: (facts: { resets_in_s: number }) => facts.resets_in_s,
    detail: (facts: {
      limit: Amount;
      used: Amount;
      asked: Amount;
      resets_at: string;
      resets_in_s: number;
    }) =>
      `This key may use up ${plural(facts.limit, "number", "numbers")} a day and has used up ${String(facts.used)}; ` +
      `${String(facts.asked)} more ${String(facts.asked) === "1" ? "was" : "were"} asked for. ` +
      `${BigInt(facts.used) < BigInt(facts.limit) ? "Ask for fewer, wait" : "Wait"} until the day ends at ` +
      `${facts.resets_at}, or use another key of the tenant.`,
  },
  quota_requests_exceeded: {
    status: 429,
    title: "The API key makes too many requests",
    retryable: true,
    retryAfter: (facts: { resets_in_s: number }) => facts.resets_in_s,
    detail: (facts: { limit: number; resets_in_s: number }) =>
      `This key may make ${plural(facts.limit, "request", "requests")} a minute. ` +
      `Wait ${facts.resets_in_s} s, and send the same request again; a POST with the same Idempotency-Key.`,
  },

  // Paths that name nothing.
  route_not_found: {
    status: 404,
    title: "There is no such path",
    retryable: false,
    detail: (facts: { path: string }) =>
      `Nothing answers at ${quoted(facts.path)}. The calls are listed at /docs; paths have no slash at the end.`,
  },
  path_names_nothing: {
    status: 404,
    title: "The path names nothing",
    retryable: false,
    detail: (facts: { parameter: string; reason: string }) =>
      `The path parameter ${facts.parameter} cannot name anything: ${facts.reason}`,
  },
  method_not_allowed: {
    status: 405,
    title: "The path does not take this method",
    retryable: false,
    detail: (facts: { method: string; allowed: readonly string[] }) =>
      `This path does not take ${quoted(facts.method)}. Use ${facts.allowed.join(", ")}.`,
  },
  sequence_not_found: {
    status: 404,
    title: "There is no such sequence",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `There is no sequence ${quoted(facts.sequence)}. Check the key, or make it with PUT /v1/sequences/{key}.`,
  },
  product_not_found: {
    status: 404,
    title: "There is no such product",
    retryable: false,
    detail: (facts: { product: string }) =>
      `There is no product ${quoted(facts.product)}. Check the SKU, or make it with PUT /v1/products/{sku}.`,
  },
  reservation_not_found: {
    status: 404,
    title: "There is no such reservation",
    retryable: false,
    detail: (facts: { reservation: string }) =>
      `There is no reservation ${quoted(facts.reservation)}. Check the id that the reservation was answered with.`,
  },
  job_not_found: {
    status: 404,
    title: "There is no such job",
    retryable: false,
    detail: (facts: { job: string }) =>
      `There is no job ${quoted(facts.job)}. Check the id in the Location of the answer that started it.`,
  },
  lot_not_found: {
    status: 404,
    title: "There is no such lot",
    retryable: false,
    detail: (facts: { product: string; name: string }) =>
      `Product ${quoted(facts.product)} has no lot ${quoted(facts.name)}. Check both, letter case included.`,
  },
  recall_not_found: {
    status: 404,
    title: "There is no such recall",
    retryable: false,
    detail: (facts: { recall: string }) =>
      `There is no recall ${quoted(facts.recall)}. Check the id in the Location of the answer that opened it.`,
  },
  receipt_not_found: {
    status: 404,
    title: "There is no such receipt",
    retryable: false,
    detail: (facts: { receipt: string }) =>
      `There is no receipt ${quoted(facts.receipt)}. Check the id in the Location of the answer that made it.`,
  },
  api_key_not_found: {
    status: 404,
    title: "There is no such API key",
    retryable: false,
    detail: (facts: { api_key: string }) =>
      `There is no API key ${quoted(facts.api_key)}. Check the id that GET /v1/api-keys lists.`,
  },
  webhook_not_found: {
    status: 404,
    title: "There is no such webhook",
    retryable: false,
    detail: (facts: { webhook: string }) =>
      `There is no webhook ${quoted(facts.webhook)}. Check the id that GET /v1/webhooks lists.`,
  },
  delivery_not_found: {
    status: 404,
    title: "There is no such delivery",
    retryable: false,
    detail: (facts: { webhook: string; delivery: string }) =>
      `Nothing with the id ${quoted(facts.delivery)} was sent to the webhook ${quoted(facts.webhook)} within 30 days. ` +
      `Check the id that GET /v1/webhooks/${facts.webhook}/deliveries lists.`,
  },
  count_not_found: {
    status: 404,
    title: "There is no such count",
    retryable: false,
    detail: (facts: { count: string }) =>
      `There is no count ${quoted(facts.count)}. Check the id in the Location of the answer that made it.`,
  },
  name_unknown: {
    status: 404,
    title: "The name is unknown",
    retryable: false,
    detail: (facts: { name: string }) =>
      `No sequence of yours has given the name ${quoted(facts.name)} and no lot carries it. Check its spelling, letter case included.`,
  },

  // Names in the body that do not exist.
  unknown_sequence: {
    status: 422,
    title: "The request names a sequence that does not exist",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `There is no sequence ${quoted(facts.sequence)}. Name an existing one, or make it with PUT /v1/sequences/{key} first.`,
  },
  unknown_seal: {
    status: 422,
    title: "There is no seal from that one on",
    retryable: false,
    detail: (facts: { seal: number; last_seal: number | null }) =>
      `There is no seal ${facts.seal}, nor one behind it: ` +
      (facts.last_seal === null
        ? "nothing is sealed yet. "
        : `the last one is ${facts.last_seal}. `) +
      "If there was one once, seals were taken out.",
  },
  unknown_product: {
    status: 422,
    title: "The request names a product that does not exist",
    retryable: false,
    detail: (facts: { product: string }) =>
      `There is no product ${quoted(facts.product)}. Name an existing one, or make it with PUT /v1/products/{sku} first.`,
  },
  unknown_reservation: {
    status: 422,
    title: "The request names a reservation that does not exist",
    retryable: false,
    detail: (facts: { reservation: string }) =>
      `There is no reservation ${quoted(facts.reservation)}. Give the id that the reservation was answered with.`,
  },
  unknown_receipt: {
    status: 422,
    title: "The request names a receipt that does not exist",
    retryable: false,
    detail: (facts: { receipt: string }) =>
      `There is no receipt ${quoted(facts.receipt)}. Give the id that the receipt was answered with.`,
  },
  unknown_series: {
    status: 422,
    title: "The request names a series that does not exist",
    retryable: false,
    detail: (facts: { sequence: string; series: string | null }) =>
      facts.series === null
        ? `Sequence ${quoted(facts.sequence)} has a series for each of its periods. Name one in series.`
        : `Sequence ${quoted(facts.sequence)} has no series ${quoted(facts.series)}. Give one that it has, or leave series out if it never resets.`,
  },
  unknown_lots: {
    status: 422,
    title: "The request names lots that do not exist",
    retryable: false,
    detail: (facts: { product: string; names: readonly string[]; total: number }) =>
      `Product ${quoted(facts.product)} has no lot ${facts.names.map(quoted).join(", ")}` +
      `${facts.total > facts.names.length ? ` (${facts.total} such names in all)` : ""}. ` +
      "Check the names, letter case included, or leave them out.",
  },
  no_lots: {
    status: 422,
    title: "No lot has these numbers",
    retryable: false,
    detail: (facts: { product: string; first: Amount; last: Amount }) =>
      `Product ${quoted(facts.product)} has no lot with a number from ${String(facts.first)} to ${String(facts.last)} there. ` +
      "Check the sequence or reservation, and the numbers.",
  },

  // What is read and wrong.
  request_invalid: {
    status: 422,
    title: "The request has fields that cannot be used",
    retryable: false,
    detail: (facts: { problems: number }) =>
      `${plural(facts.problems, "field", "fields")} cannot be used; errors says which and what to change.`,
  },
  too_many_lots: {
    status: 422,
    title: "The request makes too many lots",
    retryable: false,
    detail: (facts: { limit: Amount; requested: Amount }) =>
      `A request may make ${String(facts.limit)} lots; this one makes ${String(facts.requested)}. Split it.`,
  },

  too_many_changes: {
    status: 422,
    title: "The request changes too many lots",
    retryable: false,
    detail: (facts: { limit: Amount }) =>
      `A request may change ${String(facts.limit)} lots; these numbers have more. Split it.`,
  },
  too_many_names: {
    status: 422,
    title: "The request gives too many names",
    retryable: false,
    detail: (facts: { limit: Amount; requested: Amount }) =>
      `A request may give ${String(facts.limit)} names, one by one or from a first_name on; this one gives ${String(facts.requested)}. Split it.`,
  },
  too_many_sequences: {
    status: 422,
    title: "The request is about too many sequences",
    retryable: false,
    detail: (facts: { limit: Amount; requested: Amount }) =>
      `A request may draw from ${String(facts.limit)} sequences, or give names of them, each of their periods counted; this one is about ${String(facts.requested)}. Split it.`,
  },

  // Sequences and reservations.
  sequence_exhausted: {
    status: 409,
    title: "The sequence has too few numbers left",
    retryable: false,
    detail: (facts: {
      sequence: string;
      remaining: Amount;
      requested: Amount;
      series?: string | null;
      overflow?: string | null;
    }) =>
      `${capital(countedIn(facts))} has ${plural(facts.remaining, "number", "numbers")} left and ` +
      `${plural(facts.requested, "was", "were")} asked for. ` +
      (facts.overflow === "widen"
        ? "Numbers end there: ask for fewer, or go on with another sequence."
        : `Ask for fewer, or give its counter more digits${facts.overflow === "reject" ? ', or set overflow to "widen".' : "."}`),
  },
  sequence_busy: {
    status: 503,
    title: "Too many callers wait for the same numbers",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "The series, or the day of the key's quota, is held by other callers, and this one has waited in line for its time. " +
      "Nothing was drawn. " +
      "Send the same request with the same key again.",
  },
  sequence_key_taken: {
    status: 422,
    title: "The key is the service's own",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `The key ${quoted(facts.sequence)} stands for the series of /v1/naming-series. Choose another.`,
  },
  sequence_reset_by_text: {
    status: 422,
    title: "A Frappe series is reset by its text alone",
    retryable: false,
    detail: (facts: { sequence: string; reset: string }) =>
      `Sequence ${quoted(facts.sequence)} has a Frappe pattern, in which a date before the counter begins a series of its own. ` +
      `Leave reset out, or write the pattern in another dialect to reset it ${facts.reset}.`,
  },
  sequence_must_reject: {
    status: 422,
    title: "The counter touches a field, so it cannot widen",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `In sequence ${quoted(facts.sequence)} a field stands next to the counter, so a wider number could not be told from another field's. ` +
      'Set overflow to "reject", or put a separator between them.',
  },
  sequence_gapless_hot: {
    status: 422,
    title: "A gapless sequence cannot be hot",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `Sequence ${quoted(facts.sequence)} is gapless: its callers wait in line, while a hot counter does not come back when a caller fails. ` +
      "Leave hot out, or choose mode standard.",
  },
  sequence_gapless: {
    status: 409,
    title: "The sequence is gapless, so its counter does not jump",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `Sequence ${quoted(facts.sequence)} is gapless and would be left with a hole. ` +
      "Give names that it has reserved, or advance the series before its first number.",
  },
  series_not_named: {
    status: 422,
    title: "The series is not named",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `Sequence ${quoted(facts.sequence)} counts each text before its counter for itself. Give that text as series.`,
  },
  series_malformed: {
    status: 422,
    title: "The sequence can have no series of that name",
    retryable: false,
    detail: (facts: { sequence: string; series: string; reset: string }) =>
      isResetByDate(facts.reset)
        ? `Sequence ${quoted(facts.sequence)} begins again ${periods[facts.reset].when}, and ${quoted(facts.series)} is none of its series. ` +
          `Give ${periods[facts.reset].one} such as ${periods[facts.reset].example}.`
        : `Sequence ${quoted(facts.sequence)} never begins again and has no periods. Leave series out.`,
  },
  advance_not_ahead: {
    status: 409,
    title: "The counter is there already",
    retryable: false,
    detail: (facts: { sequence: string; series?: string | null; next: Amount; to: Amount }) =>
      `The next number of ${countedIn(facts)} is ${String(facts.next)}, so it cannot advance to ${String(facts.to)}. ` +
      "Give a higher number, or rewind.",
  },
  rewind_not_behind: {
    status: 409,
    title: "The counter is not beyond that number",
    retryable: false,
    detail: (facts: { sequence: string; series?: string | null; next: Amount; to: Amount }) =>
      `The next number of ${countedIn(facts)} is ${String(facts.next)}, so it cannot rewind to ${String(facts.to)}. ` +
      "Give a lower number, or advance.",
  },
  rewind_below_issued: {
    status: 409,
    title: "A number from there on was given",
    retryable: false,
    detail: (facts: { sequence: string; series?: string | null; issued: Amount; to: Amount }) =>
      `${capital(countedIn(facts))} has given ${String(facts.issued)}, so its counter cannot go back to ${String(facts.to)}. ` +
      `Rewind to ${String(BigInt(facts.issued) + 1n)} or higher.`,
  },
  rewind_into_fence: {
    status: 409,
    title: "The numbers from there on are fenced",
    retryable: false,
    detail: (facts: {
      sequence: string;
      series?: string | null;
      fenced: Amount;
      behind: Amount;
      next: Amount;
      to: Amount;
    }) =>
      `${capital(countedIn(facts))} is fenced up to ${String(facts.fenced)}, since nobody knows which of those numbers were given; ` +
      `so its counter cannot go back to ${String(facts.to)}. ` +
      (facts.behind === facts.next
        ? "It stands right behind them and cannot go back at all."
        : `Rewind to ${String(facts.behind)} or higher.`),
  },
  rewind_below_start: {
    status: 409,
    title: "The sequence begins with a higher number",
    retryable: false,
    detail: (facts: { sequence: string; start: Amount; to: Amount }) =>
      `Sequence ${quoted(facts.sequence)} begins with ${String(facts.start)}, so its counter cannot go back to ${String(facts.to)}. ` +
      `Rewind to ${String(facts.start)} or higher.`,
  },
  rewind_below_begin: {
    status: 409,
    title: "Numbers before were given by another system",
    retryable: false,
    detail: (facts: { sequence: string; series?: string | null; begin: Amount; to: Amount }) =>
      `${capital(countedIn(facts))} goes on from another system with ${String(facts.begin)}, and has counted since, ` +
      `so its counter cannot go back to ${String(facts.to)}. Rewind to ${String(facts.begin)} or higher.`,
  },
  rewind_below_change: {
    status: 409,
    title: "The increment has changed since",
    retryable: false,
    detail: (facts: { sequence: string; since: Amount; to: Amount }) =>
      `The increment of sequence ${quoted(facts.sequence)} changed at ${String(facts.since)}, so its counter cannot go back to ${String(facts.to)}. ` +
      `Rewind to ${String(facts.since)} or higher.`,
  },
  move_between_numbers: {
    status: 422,
    title: "The counter does not come to that number",
    retryable: false,
    detail: (facts: {
      sequence: string;
      increment: Amount;
      to: Amount;
      /** None when it would lie before where the sequence begins. */
      below: Amount | null;
      above: Amount;
    }) =>
      `Sequence ${quoted(facts.sequence)} counts in steps of ${String(facts.increment)} and does not come to ${String(facts.to)}. ` +
      `Give ${facts.below === null ? "" : `${String(facts.below)} or `}${String(facts.above)}.`,
  },
  sequence_start_beyond_width: {
    status: 422,
    title: "The start has more digits than the counter",
    retryable: false,
    detail: (facts: { sequence: string; start: Amount; width: number }) =>
      `Sequence ${quoted(facts.sequence)} would start at ${String(facts.start)}, which has more than the counter's ${facts.width} digits. ` +
      'Give a smaller start, a wider counter, or overflow "widen".',
  },
  sequence_ceiling_passed: {
    status: 409,
    title: "The sequence has passed numbers beyond the new width",
    retryable: false,
    detail: (facts: { sequence: string; last_number: Amount; issued: Amount }) =>
      `Sequence ${quoted(facts.sequence)} has come to ${String(facts.issued)}; the new pattern ends at ${String(facts.last_number)}. ` +
      'Widen the counter, or set overflow to "widen".',
  },
  first_name_not_reserved: {
    status: 422,
    title: "The first name is not one of the reservation",
    retryable: false,
    detail: (facts: {
      reservation: string;
      first_name: string;
      reserved_first_name: string;
      reserved_last_name: string;
    }) =>
      `${quoted(facts.first_name)} is not a name of reservation ${quoted(facts.reservation)}, which runs from ` +
      `${quoted(facts.reserved_first_name)} to ${quoted(facts.reserved_last_name)}. Give one of these, or leave first_name out.`,
  },
  sequence_fixed: {
    status: 409,
    title: "The sequence has given numbers, so this part of it is fixed",
    retryable: false,
    detail: (facts: { sequence: string; fields: readonly string[] }) =>
      `Sequence ${quoted(facts.sequence)} has given numbers, so ${facts.fields.join(", ")} cannot change. ` +
      "Send the present values, or make another sequence.",
  },
  reservation_range: {
    status: 422,
    title: "The range is not inside the reservation",
    retryable: false,
    detail: (facts: { reservation: string; first: Amount; last: Amount; step?: Amount }) =>
      `Reservation ${quoted(facts.reservation)} runs from ${String(facts.first)} to ${String(facts.last)}` +
      `${String(facts.step ?? 1) === "1" ? "" : ` in steps of ${String(facts.step)}`}. ` +
      "Give a range inside it.",
  },
  reservation_used: {
    status: 409,
    title: "A part of the reservation is used already",
    retryable: false,
    detail: (facts: { reservation: string; used: readonly Run[]; open: readonly Run[] }) =>
      `Of reservation ${quoted(facts.reservation)} the numbers ${runs(facts.used)} are recorded or voided already. ` +
      `${facts.open.length === 0 ? "Nothing of it is open" : `Open are ${runs(facts.open)}`}; ` +
      "give a range without the used ones, or another reservation.",
  },
  reservation_on_lease: {
    status: 409,
    title: "The numbers are out on lease",
    retryable: false,
    detail: (facts: { reservation: string; lease: string; holder: string }) =>
      `Numbers of reservation ${quoted(facts.reservation)} are out on lease ${facts.lease} with ${quoted(facts.holder)}, ` +
      "and only its holder uses them or gives them back, also when it has expired. " +
      "Its holder sends lease_token with the lots, reports them as used, or gives them back.",
  },

  // Leases.
  lease_not_found: {
    status: 404,
    title: "There is no such lease",
    retryable: false,
    detail: (facts: { lease: string }) =>
      `There is no lease ${quoted(facts.lease)}. Use the id that it was answered with.`,
  },
  lease_token_wrong: {
    status: 409,
    title: "The token is not that of the lease",
    retryable: false,
    detail: (facts: { lease: string }) =>
      `Lease ${facts.lease} has another token: somebody else holds it. Send the token that came with it, or take a lease of your own.`,
  },
  lease_gapless: {
    status: 409,
    title: "A gapless sequence gives no leases",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `Sequence ${quoted(facts.sequence)} is gapless, and what is not used of a lease would be a gap. ` +
      "Reserve the numbers when they are used, or lease from a sequence of mode standard.",
  },
  lease_shows_time: {
    status: 422,
    title: "The names show a time of day",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `Names of sequence ${quoted(facts.sequence)} show the time of day at which they are drawn, so none can be leased ahead. ` +
      "Reserve them one by one, or leave the time out of the pattern.",
  },
  lease_period_over: {
    status: 409,
    title: "The period of the lease is over",
    retryable: false,
    detail: (facts: { sequence: string }) =>
      `The period of sequence ${quoted(facts.sequence)} has ended, or the date that its names show is over, and leases end with it. ` +
      "Take a new lease.",
  },
  lease_limit_holder: {
    status: 409,
    title: "The holder has too many open leases",
    retryable: false,
    detail: (facts: { sequence: string; holder: string; limit: Amount }) =>
      `Holder ${quoted(facts.holder)} has ${String(facts.limit)} open leases of sequence ${quoted(facts.sequence)}, which is the most. ` +
      "Report or give back what is done with, or ask for more numbers at a time.",
  },
  lease_limit_sequence: {
    status: 409,
    title: "Too much of the sequence is out on lease",
    retryable: false,
    detail: (facts: {
      sequence: string;
      limit: Amount;
      out: Amount;
      asked: Amount;
      limit_leases: Amount;
      leases: Amount;
    }) =>
      `Of sequence ${quoted(facts.sequence)} ${String(facts.out)} numbers are out on ${plural(facts.leases, "lease", "leases")}, and ` +
      `with ${String(facts.asked)} more it would be above ${String(facts.limit)} numbers or ${String(facts.limit_leases)} leases. ` +
      "Report or give back leases, unreported ones too, or ask for fewer numbers.",
  },
  reservation_not_leased: {
    status: 422,
    title: "The reservation is on no lease",
    retryable: false,
    detail: (facts: { reservation: string }) =>
      `Reservation ${quoted(facts.reservation)} is on no lease, so there is no token for it. Leave lease_token out.`,
  },
  lease_over: {
    status: 409,
    title: "The lease is over",
    retryable: false,
    detail: (facts: { lease: string; status: string }) =>
      facts.status === "burned"
        ? `What is left of lease ${facts.lease} is burned. It can still be reported; take a new lease for more numbers.`
        : `Every number of lease ${facts.lease} is used or given back. Take a new lease.`,
  },
  lease_range: {
    status: 422,
    title: "The numbers are not those of the lease",
    retryable: false,
    detail: (facts: {
      lease: string;
      first: Amount;
      last: Amount;
      step: Amount;
      from: Amount;
      to: Amount;
    }) =>
      `Lease ${facts.lease} runs from ${String(facts.first)} to ${String(facts.last)}` +
      `${String(facts.step) === "1" ? "" : ` in steps of ${String(facts.step)}`}, and ${String(facts.from)} to ${String(facts.to)} is no run of it. ` +
      "Give numbers of the lease.",
  },
  lease_number_given_back: {
    status: 409,
    title: "Numbers are reported as used that were given back",
    retryable: false,
    detail: (facts: { lease: string; given_back: readonly Run[] }) =>
      `Of lease ${facts.lease} the numbers ${runs(facts.given_back)} were given back and are void. ` +
      "Report the others, and put a new number on whatever bears one of these.",
  },
  lease_scattered: {
    status: 422,
    title: "What is used of the lease is too scattered",
    retryable: false,
    detail: (facts: { lease: string; stretches: Amount; limit: Amount }) =>
      `What is used of lease ${facts.lease} would come to ${String(facts.stretches)} stretches; the limit is ${String(facts.limit)}. ` +
      "Use a lease from its first number on, and report the numbers in between.",
  },

  // Products and lots.
  product_without_sequence: {
    status: 422,
    title: "The product has no sequence",
    retryable: false,
    detail: (facts: { product: string }) =>
      `Product ${quoted(facts.product)} has no sequence and the tenant has no default one. ` +
      "Set the product's sequence, or default_sequence in /v1/settings.",
  },
  product_not_tracked: {
    status: 422,
    title: "The product is not tracked",
    retryable: false,
    detail: (facts: { product: string }) =>
      `Product ${quoted(facts.product)} has tracking "none" and takes no lots. Set its tracking to "lot" or "serial" first.`,
  },
  product_tracking_fixed: {
    status: 409,
    title: "The product has lots, so its tracking is fixed",
    retryable: false,
    detail: (facts: { product: string; tracking: string }) =>
      `Product ${quoted(facts.product)} has lots, so its tracking stays ${quoted(facts.tracking)}. ` +
      "Send that value, or make another product.",
  },
  serial_quantity: {
    status: 422,
    title: "A serial has the quantity 1",
    retryable: false,
    detail: (facts: { product: string }) =>
      `Product ${quoted(facts.product)} is tracked by serial, and a serial is always 1. Leave its quantity out, or send 1.`,
  },
  serial_fraction: {
    status: 422,
    title: "Serials come in whole units",
    retryable: false,
    detail: (facts: { product: string; quantity: string }) =>
      `Product ${quoted(facts.product)} is tracked by serial, one lot a unit, and ${facts.quantity} is not a whole number of units. ` +
      "Send a whole number.",
  },
  serial_out_of_range: {
    status: 422,
    title: "A serial is there once or not at all",
    retryable: false,
    detail: (facts: { product: string }) =>
      `Product ${quoted(facts.product)} is tracked by serial, so the quantity of its lots is 0 or 1. Send one of these.`,
  },
  gtin_check_digit: {
    status: 422,
    title: "The GTIN has a wrong check digit",
    retryable: false,
    detail: (facts: { gtin: string }) =>
      `The last digit of GTIN ${quoted(facts.gtin)} does not fit the others. Check it for a slip.`,
  },
  shelf_life_without_expiry: {
    status: 422,
    title: "The product has a shelf life and keeps no expiry dates",
    retryable: false,
    detail: (facts: { product: string }) =>
      `Product ${quoted(facts.product)} has shelf_life_days and expiry "none". Leave shelf_life_days out, or set expiry to "optional" or "required".`,
  },
  expiry_required: {
    status: 422,
    title: "The expiry date is missing",
    retryable: false,
    detail: (facts: { product: string }) =>
      `Lots of product ${quoted(facts.product)} need an expiry date. Send expires_on, or set the product's shelf_life_days.`,
  },
  api_key_expiry_past: {
    status: 422,
    title: "The API key would have expired already",
    retryable: false,
    detail: (facts: { expires_at: string }) =>
      `${facts.expires_at} is past. Give a later expires_at, or none for a key that does not expire.`,
  },
  expiry_out_of_range: {
    status: 422,
    title: "The expiry date lies too far ahead",
    retryable: false,
    detail: (facts: { product: string }) =>
      `With the shelf life of product ${quoted(facts.product)} the expiry date lies beyond the year 9999. ` +
      "Send expires_on, or an earlier produced_on or at.",
  },
  expiry_not_kept: {
    status: 422,
    title: "The product keeps no expiry dates",
    retryable: false,
    detail: (facts: { product: string }) =>
      `Product ${quoted(facts.product)} has expiry "none". Leave expires_on out, or set the product's expiry to "optional" or "required".`,
  },
  name_taken: {
    status: 409,
    title: "A lot with this name exists",
    retryable: false,
    detail: (facts: { names: readonly { product: string; name: string }[]; total?: Amount }) => {
      const examples = facts.names.map(
        ({ product, name }) => `${quoted(name)} of product ${quoted(product)}`,
      );
      const many = facts.total === undefined ? "" : ` (${String(facts.total)} in all)`;
      return (
        `Lots of these names exist already${many}: ${examples.join(", ")}. ` +
        'Leave them out, or send on_duplicate: "skip".'
      );
    },
  },
  if_match_missing: {
    status: 428,
    title: "The If-Match is missing",
    retryable: false,
    detail: () =>
      "A change needs the header If-Match with the ETag of what you have read, so that nobody's change in between is lost. " +
      "Read it, and send its ETag; * changes it whatever it is.",
  },
  lot_changed: {
    status: 412,
    title: "The lot is not as it was when you read it",
    retryable: false,
    detail: (facts: { product: string; name: string; etag: string }) =>
      `Lot ${quoted(facts.name)} of product ${quoted(facts.product)} now has the ETag ${facts.etag}. ` +
      "Read it again, and send the change with that ETag if it is still right.",
  },
  serial_in_stock: {
    status: 409,
    title: "A serial that is to come in is here or used up",
    retryable: false,
    detail: (facts: {
      names: readonly { product: string; name: string; state: string }[];
      total: number;
    }) => {
      const examples = facts.names.map(
        ({ product, name, state }) => `${quoted(name)} of product ${quoted(product)} (${state})`,
      );
      const many = facts.total > facts.names.length ? ` (${facts.total} in all)` : "";
      return (
        `Serials of these names exist${many}: ${examples.join(", ")}. ` +
        "Only one that is shipped can come back: leave the others out, or correct their names."
      );
    },
  },
  expiry_differs: {
    status: 409,
    title: "The lot has another expiry date",
    retryable: false,
    detail: (facts: { product: string; name: string; expires_on: string | null; given: string }) =>
      `Lot ${quoted(facts.name)} of product ${quoted(facts.product)} is there and ` +
      `${facts.expires_on === null ? "has no expiry date" : `expires on ${facts.expires_on}`}, not on ${facts.given}. ` +
      "Leave the date out, correct it, or give the goods another lot name.",
  },
  name_repeated: {
    status: 422,
    title: "A name stands twice in the request",
    retryable: false,
    /** `quantities`: whether each of the two has one. */
    detail: (facts: { name: string; quantities?: boolean }) =>
      `The name ${quoted(facts.name)} stands more than once for the same product. Keep one${facts.quantities === true ? ", with the sum of the quantities" : ""}.`,
  },
  name_issued: {
    status: 409,
    title: "The name was issued by a reservation",
    retryable: false,
    detail: (facts: { name: string; reservation: string }) =>
      `The name ${quoted(facts.name)} was issued by reservation ${quoted(facts.reservation)} and this product has no lot of it. ` +
      "Record it with that reservation, or choose another name.",
  },
  jump_too_far: {
    status: 409,
    title: "The name lies far beyond the counter",
    retryable: false,
    detail: (facts: {
      sequence: string;
      next: Amount;
      number: Amount;
      ahead: Amount;
      limit: Amount;
      /** Whether it is a row of a file. */
      imported?: boolean;
      /** The count that was to be applied. */
      count?: string;
    }) =>
      `Sequence ${quoted(facts.sequence)} is at ${String(facts.next)}, and the ${facts.imported === true ? "" : "highest "}name is number ${String(facts.number)}: ` +
      `${String(facts.ahead)} ahead, where ${String(facts.limit)} is the limit. ` +
      (facts.imported === true
        ? "Check the name, or import it with allow_jump=true when it is right."
        : `Check the name, or ${facts.count === undefined ? "send" : "apply the count with"} allow_jump: true when it is right.`),
  },

  // Patterns, moments, fields and names.
  pattern_empty: {
    status: 422,
    title: "The pattern is empty",
    retryable: false,
    detail: (facts: { example: string }) =>
      `The pattern is empty. Give text and one counter, such as SN-${facts.example}.`,
  },
  pattern_too_long: {
    status: 422,
    title: "The pattern is too long",
    retryable: false,
    detail: (facts: { length: Amount; maximum: Amount }) =>
      `The pattern has ${String(facts.length)} characters; the limit is ${String(facts.maximum)}. Shorten it.`,
  },
  pattern_character: {
    status: 422,
    title: "The pattern has a character that it cannot have",
    retryable: false,
    detail: (facts: { position: number; character: string }) =>
      `The pattern has ${facts.character} at position ${facts.position}. Patterns are printable ASCII: replace it.`,
  },
  pattern_unclosed_brace: {
    status: 422,
    title: "A brace in the pattern is not closed",
    retryable: false,
    detail: (facts: { position: number }) =>
      `The brace at position ${facts.position} of the pattern is not closed. Close it with }, or write {{ for a brace.`,
  },
  pattern_stray_brace: {
    status: 422,
    title: "A closing brace in the pattern has no opening one",
    retryable: false,
    detail: (facts: { position: number }) =>
      `The } at position ${facts.position} of the pattern closes nothing. Remove it, or write }} for a brace.`,
  },
  pattern_unknown_token: {
    status: 422,
    title: "The pattern has an unknown token",
    retryable: false,
    detail: (facts: { position: number; token: string; known: readonly string[] }) =>
      `The token ${quoted(facts.token)} at position ${facts.position} of the pattern is unknown. ` +
      `Known are ${facts.known.join(", ")}.`,
  },
  pattern_without_counter: {
    status: 422,
    title: "The pattern has no counter",
    retryable: false,
    detail: (facts: { example: string }) =>
      `The pattern has no counter, so every name would be the same. Add one, such as ${facts.example} for seven digits.`,
  },
  pattern_two_counters: {
    status: 422,
    title: "The pattern has more than one counter",
    retryable: false,
    detail: (facts: { position: number }) =>
      `The pattern has another counter at position ${facts.position}. Keep one.`,
  },
  pattern_counter_too_wide: {
    status: 422,
    title: "The counter of the pattern is too wide",
    retryable: false,
    detail: (facts: { width: Amount; maximum: Amount }) =>
      `The counter has ${String(facts.width)} digits; the limit is ${String(facts.maximum)}. Make it narrower.`,
  },
  pattern_padding: {
    status: 422,
    title: "The padding cannot be used",
    retryable: false,
    detail: (facts: { padding: Amount; minimum: Amount; maximum: Amount }) =>
      `The padding is ${String(facts.padding)}. Give a whole number, ${String(facts.minimum)} to ${String(facts.maximum)}.`,
  },
  pattern_field_name: {
    status: 422,
    title: "A field in the pattern has a name that it cannot have",
    retryable: false,
    detail: (facts: { position: number; field: string }) =>
      `${quoted(facts.field)} at position ${facts.position} of the pattern cannot name a field. ` +
      "Use lower-case letters, digits and underscores, a letter first.",
  },
  pattern_field_touches_counter: {
    status: 422,
    title: "A field in the pattern touches the counter",
    retryable: false,
    detail: (facts: { field: string }) =>
      `The field ${quoted(facts.field)} touches the counter, so two numbers could give the same name. ` +
      "Put a separator between them, such as -.",
  },
  pattern_name_too_long: {
    status: 422,
    title: "The pattern gives names that are too long",
    retryable: false,
    detail: (facts: { length: Amount; maximum: Amount }) =>
      `Names of the pattern come to ${String(facts.length)} characters; the limit is ${String(facts.maximum)}. ` +
      'Shorten it, or set overflow to "reject" if the counter is not to grow.',
  },
  pattern_edge_space: {
    status: 422,
    title: "The pattern begins or ends with a space",
    retryable: false,
    detail: () => "The pattern begins or ends with a space. Remove it: names are trimmed.",
  },
  pattern_lone_percent: {
    status: 422,
    title: "A percent in the pattern begins nothing known",
    retryable: false,
    detail: (facts: { position: number; meant: string }) =>
      `The % at position ${facts.position} of the pattern begins nothing known. ` +
      `Write ${facts.meant === "%%" ? "" : `${facts.meant} if that is meant, or `}%% for a percent.`,
  },
  pattern_percent_format: {
    status: 422,
    title: "A key in the pattern has a format that cannot be used",
    retryable: false,
    detail: (facts: { position: number; format: string; meant: string }) =>
      `${quoted(facts.format)} at position ${facts.position} of the pattern cannot be used. Write ${facts.meant}.`,
  },
  pattern_unknown_key: {
    status: 422,
    title: "The pattern has an unknown key",
    retryable: false,
    detail: (facts: {
      position: number;
      key: string;
      known: readonly string[];
      marks: readonly string[];
    }) =>
      `The key ${quoted(facts.key)} at position ${facts.position} of the pattern is unknown. ` +
      `Known are ${facts.known.join(", ")}, each also with ${facts.marks.join(" or ")} before it.`,
  },
  pattern_series_character: {
    status: 422,
    title: "The series has a character that it cannot have",
    retryable: false,
    detail: (facts: { position: number; character: string }) =>
      `The series has ${facts.character} at position ${facts.position}. ` +
      "Use letters, digits, spaces and _ - / . # { }: replace it.",
  },
  pattern_series_brace: {
    status: 422,
    title: "A part of the series begins with a brace and is no field",
    retryable: false,
    detail: (facts: { position: number; part: string }) =>
      `The part ${quoted(facts.part)} at position ${facts.position} of the series begins with a brace and is not one field. ` +
      "Write each field by itself between dots, such as .{branch}.",
  },
  pattern_series_counter: {
    status: 422,
    title: "The counter of the series does not stand between dots",
    retryable: false,
    detail: (facts: { position: number; part: string; meant: string }) =>
      `The # at position ${facts.position} of the series is in ${quoted(facts.part)}; a counter stands by itself between dots. ` +
      `Write ${quoted(facts.meant)}.`,
  },
  pattern_series_affixes: {
    status: 422,
    title: "A series has no prefix, padding and suffix",
    retryable: false,
    detail: () =>
      "A Frappe series is one text. Send it as pattern, such as SINV-.YYYY.-.#####, without prefix, padding and suffix.",
  },
  pattern_overlap: {
    status: 409,
    title: "The pattern can give a name of another sequence",
    retryable: false,
    detail: (facts: {
      sequence: string;
      other_sequence: string;
      other_series?: string;
      name: string | null;
      given_by: readonly Giver[];
      /** Whether it is a row of a file. */
      imported?: boolean;
    }) => {
      const isOwn = facts.other_series === undefined && facts.other_sequence === facts.sequence;
      const named =
        facts.other_series === undefined
          ? `sequence ${quoted(facts.other_sequence)}`
          : `naming series ${quoted(facts.other_series)}`;
      const other = isOwn ? "an earlier pattern of this sequence" : named;
      const [own, others] = facts.given_by;
      const both =
        facts.name === null || own === undefined || others === undefined
          ? `It cannot be ruled out that this pattern and ${other} give the same name`
          : `${quoted(facts.name)} can be ${given(own)} of this pattern, and ${given(others)} of ${other}`;
      const asked =
        facts.imported === true ? "import it with allow_overlap=true" : "set allow_overlap";
      const allow = isOwn ? "" : `, or ${asked} if no product takes names of both`;
      return `${both}. Give it other text around the counter, such as a prefix of its own${allow}.`;
    },
  },
  pattern_shared: {
    status: 409,
    title: "A product takes names of two sequences that can give the same",
    retryable: false,
    detail: (facts: { product: string; sequence: string; other_sequence: string }) =>
      `Product ${quoted(facts.product)} takes, or has taken, names of sequence ${quoted(facts.other_sequence)}, ` +
      `which can be names of ${quoted(facts.sequence)} as well. Give the product another sequence, or change the pattern.`,
  },
  patterns_changed: {
    status: 503,
    title: "Patterns are being changed by others",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "Other requests have changed patterns of this tenant again and again while this one compared them. " +
      "Nothing was changed. Send it again.",
  },
  naming_series_not_bound: {
    status: 503,
    title: "The naming series was forgotten meanwhile",
    retryable: true,
    retryAfter: 1,
    detail: (facts: { series: string }) =>
      `${quoted(facts.series)} was compared with other patterns and remembered, and the database has forgotten it again, ` +
      "as it does when it is set back to a backup. Nothing was drawn. Send it again.",
  },
  pattern_self_clash: {
    status: 422,
    title: "The pattern gives the same name in two periods",
    retryable: false,
    detail: (facts: {
      reset: keyof typeof shownByReset;
      periods: readonly string[];
      problem: "period_not_shown" | "date_between_fields";
      name: string | null;
      given_by: readonly Giver[];
      /** Of the pattern, where it is not the native one. */
      dialect?: "odoo";
      /** Whether it is a row of a file. */
      imported?: boolean;
    }) => {
      const [one, other] = facts.given_by;
      const both =
        facts.name === null || one === undefined || other === undefined
          ? `It cannot be ruled out that ${facts.periods.join(" and ")} give the same name`
          : `${quoted(facts.name)} can be ${given(one)}, and ${given(other)}: each of the periods ` +
            `${facts.periods.join(" and ")} counts from the start`;
      const shown =
        facts.dialect === "odoo"
          ? `${rangeByReset[facts.reset]} to the prefix or suffix`
          : `${shownByReset[facts.reset]} to the pattern`;
      const lasting =
        facts.imported === true
          ? "set use_date_range to False, if it is to count on from period to period"
          : 'set reset to "never"';
      return facts.problem === "period_not_shown"
        ? `${both}. Add ${shown}, or ${lasting}.`
        : `${both}. Put a separator between the date and the fields beside it, such as -.`;
    },
  },
  at_malformed: {
    status: 422,
    title: "The time cannot be read",
    retryable: false,
    detail: (facts: { at: string; problem?: string }) =>
      facts.problem === "plus"
        ? `${quoted(facts.at)} has a space where its + should be. In an address + means a space: write it as %2B there.`
        : `${quoted(facts.at)} is not a time. Send a date such as 2026-11-21, or a time with its offset such as 2026-11-21T14:30:00+01:00.`,
  },
  at_without_offset: {
    status: 422,
    title: "The time has no offset",
    retryable: false,
    detail: (facts: { at: string }) =>
      `${quoted(facts.at)} does not say which time zone it is in. Add the offset, such as +01:00, or Z for UTC; or send a bare date.`,
  },
  at_out_of_range: {
    status: 422,
    title: "The time is out of range",
    retryable: false,
    detail: (facts: { at: string; minimum: string; maximum: string }) =>
      `The year of ${quoted(facts.at)} in the sequence's time zone must be ${facts.minimum} to ${facts.maximum}.`,
  },
  time_zone_unknown: {
    status: 422,
    title: "The time zone is unknown",
    retryable: false,
    detail: (facts: { time_zone: string }) =>
      `There is no time zone ${quoted(facts.time_zone)}. Give an IANA name such as Europe/Berlin, or UTC.`,
  },
  fiscal_year_start_malformed: {
    status: 422,
    title: "The start of the fiscal year cannot be used",
    retryable: false,
    detail: (facts: { fiscal_year_start: string }) =>
      `${quoted(facts.fiscal_year_start)} is not a day of every year. Give month and day, such as 06-01; 02-29 is none.`,
  },
  field_missing: {
    status: 422,
    title: "A field of the pattern has no value",
    retryable: false,
    detail: (facts: { field: string }) =>
      `The pattern uses the field ${quoted(facts.field)}. Send its value in fields.`,
  },
  field_value: {
    status: 422,
    title: "The value of a field cannot be used",
    retryable: false,
    detail: (facts: {
      field: string;
      problem: string;
      position?: number;
      character?: string;
      maximum?: number;
    }) => {
      const value = `The value of the field ${quoted(facts.field)}`;
      if (facts.problem === "empty")
        return `${value} is empty. Send letters, digits and underscores.`;
      if (facts.problem === "too_long") {
        return `${value} has more than ${facts.maximum} characters. Shorten it.`;
      }
      return `${value} has ${facts.character} at position ${facts.position}. Use letters A to Z, digits and underscores only.`;
    },
  },
  name_empty: {
    status: 422,
    title: "The name is empty",
    retryable: false,
    detail: () => "The name is empty. Give 1 to 128 printable characters.",
  },
  name_too_long: {
    status: 422,
    title: "The name is too long",
    retryable: false,
    detail: (facts: { length: Amount; maximum: Amount }) =>
      `The name has ${String(facts.length)} characters; the limit is ${String(facts.maximum)}. Shorten it.`,
  },
  name_character: {
    status: 422,
    title: "The name has a character that it cannot have",
    retryable: false,
    detail: (facts: { position: number; character: string }) =>
      `The name has ${facts.character} at position ${facts.position}. ` +
      "Control, direction and zero-width characters are refused: remove it.",
  },
  name_not_nfc: {
    status: 422,
    title: "The name is not in Unicode normal form C",
    retryable: false,
    detail: (facts: { nfc: string }) =>
      `The name has characters written in parts. Send it in normal form C, which reads ${quoted(facts.nfc)}.`,
  },
  name_edge_space: {
    status: 422,
    title: "The name begins or ends with a space",
    retryable: false,
    detail: () => "The name begins or ends with a space. Remove it.",
  },
  name_reserved_dots: {
    status: 422,
    title: "The name cannot stand in a path",
    retryable: false,
    detail: (facts: { name: string }) =>
      `${quoted(facts.name)} cannot be a name, since it means a folder in a path. Choose another.`,
  },
  count_out_of_range: {
    status: 422,
    title: "The count is out of range",
    retryable: false,
    detail: (facts: { count: Amount; minimum: Amount }) =>
      `The count is ${String(facts.count)}. Give a whole number of ${String(facts.minimum)} or more.`,
  },
  number_overflow: {
    status: 422,
    title: "The numbers go beyond the greatest one",
    retryable: false,
    detail: (facts: { first: Amount; last: Amount; maximum: Amount }) =>
      `The numbers would run from ${String(facts.first)} to ${String(facts.last)}; the greatest is ${String(facts.maximum)}. ` +
      "Give a smaller first name or count.",
  },

  // Receipts and counts.
  quantities_differ: {
    status: 422,
    title: "The quantities of the lots do not add up",
    retryable: false,
    detail: (facts: { product: string; quantity: string; lots_quantity: string }) =>
      `The lots of product ${quoted(facts.product)} come to ${facts.lots_quantity}, and its line has the quantity ${facts.quantity}. ` +
      "Correct one of them, or leave the line's quantity out.",
  },
  text_unusable: {
    status: 422,
    title: "A line of the text cannot be used",
    retryable: false,
    detail: (facts: { line: number; reason: string }) =>
      `Line ${facts.line} of the text cannot be used. ${facts.reason}`,
  },
  receipt_exists: {
    status: 409,
    title: "Another receipt has this reference",
    retryable: false,
    detail: (facts: { reference: string; receipt: string }) =>
      `Delivery ${quoted(facts.reference)} was received by receipt ${quoted(facts.receipt)}, with other lines or fields. ` +
      "Send exactly the same to have that receipt answered, choose another reference, or cancel it first.",
  },
  receipt_wrong_state: {
    status: 409,
    title: "The receipt is not in a state for this",
    retryable: false,
    detail: (facts: { receipt: string; status: string }) =>
      `Receipt ${quoted(facts.receipt)} is ${facts.status} already. Read it to see when and why.`,
  },
  receipt_touched: {
    status: 409,
    title: "Lots of the receipt have been touched since",
    retryable: false,
    detail: (facts: {
      receipt: string;
      lots: readonly { product: string; name: string; state: string; quantity: string }[];
      total: number;
    }) => {
      const examples = facts.lots.map(
        ({ product, name, state, quantity }) =>
          `${quoted(name)} of product ${quoted(product)} (${quantity} ${state})`,
      );
      const many = facts.total > facts.lots.length ? ` (${facts.total} in all)` : "";
      return (
        `Receipt ${quoted(facts.receipt)} cannot be cancelled, since its lots are not as it left them${many}: ` +
        `${examples.join(", ")}. The receipt stays: change its lots by themselves, or scrap them. ` +
        "Where a later receipt has touched them, cancel that one first."
      );
    },
  },

  // Jobs.
  api_key_wrong_state: {
    status: 409,
    title: "The API key is not in a state for this",
    retryable: false,
    detail: (facts: { api_key: string; status: string }) =>
      `API key ${quoted(facts.api_key)} is ${facts.status}; only one that works and was not replaced can be replaced.`,
  },
  too_many_webhooks: {
    status: 409,
    title: "The tenant has as many webhooks as it may",
    retryable: false,
    detail: (facts: { limit: number }) =>
      `A tenant may have ${facts.limit} webhooks. Remove one, or change one that is there.`,
  },
  webhook_disabled: {
    status: 409,
    title: "The webhook is disabled",
    retryable: false,
    detail: (facts: { webhook: string; reason: string }) =>
      `Nothing is sent to the webhook ${quoted(facts.webhook)}, which is disabled. ` +
      'Enable it with PATCH and {"status": "enabled"} first.',
  },
  webhook_url_refused: {
    status: 422,
    title: "Webhooks are not sent to this address",
    retryable: false,
    detail: (facts: { url: string; reason: string }) =>
      `The address ${quoted(facts.url)} ${facts.reason} ` +
      "Give one that begins with https:// and a host that everybody on the internet can reach.",
  },
  last_admin_key: {
    status: 409,
    title: "It is the last admin key",
    retryable: false,
    detail: () =>
      "A tenant keeps a key with the scope admin that does not expire. Make another one first.",
  },
  last_admin_key_overlap: {
    status: 409,
    title: "The last admin key has to go on for a while",
    retryable: false,
    detail: (facts: { api_key: string; least: number }) =>
      "It is the tenant's last key with the scope admin that does not expire: if the answer with the new one " +
      `were lost, nobody could make another. Send overlap_s of ${facts.least} or more, or make another admin key first.`,
  },
  job_wrong_state: {
    status: 409,
    title: "The job is not in a state for this",
    retryable: false,
    detail: (facts: {
      job: string;
      status: string;
      wanted: string;
      possible_from: readonly string[];
    }) =>
      `Job ${quoted(facts.job)} is ${facts.status}; only a job that is ${facts.possible_from.join(" or ")} ` +
      `can become ${facts.wanted}. Read the job to see where it stands.`,
  },
  lots_busy: {
    status: 503,
    title: "Another request is changing these lots",
    retryable: true,
    retryAfter: 2,
    detail: (facts: { product: string }) =>
      `Another request is changing lots of product ${quoted(facts.product)} that this one is about, and nothing was done. ` +
      "Send the same request again in a moment; a POST with the same Idempotency-Key.",
  },

  // Recalls.
  recall_closed: {
    status: 409,
    title: "The recall is closed",
    retryable: false,
    detail: (facts: { recall: string; closed_at: string }) =>
      `Recall ${quoted(facts.recall)} was closed at ${facts.closed_at}. Open another one if it is to go on.`,
  },

  // Files that are imported: what makes a whole file unreadable.
  csv_encoding: {
    status: 400,
    title: "The file is not text in UTF-8",
    retryable: false,
    detail: (facts: { line: number }) =>
      `Line ${facts.line} is not text in UTF-8, so the file cannot be read. ` +
      "Save it as CSV in UTF-8 (not as a workbook, nor in UTF-16 or a Windows code page) and send it again.",
  },
  csv_quote_unclosed: {
    status: 400,
    title: "A quote is never closed",
    retryable: false,
    detail: (facts: { line: number }) =>
      `The quote that opens in line ${facts.line} is not closed up to the end of the file. ` +
      'Close it, or double it ("") if it is a part of the value.',
  },
  csv_quote_stray: {
    status: 400,
    title: "A quote stands where none can be",
    retryable: false,
    detail: (facts: { line: number }) =>
      `Line ${facts.line} has a quote in the middle of a value, so that nobody can tell where the row ends. ` +
      'Put the value in quotes and double each quote within it, such as "5"" pipe".',
  },
  csv_carriage_return: {
    status: 400,
    title: "A line ends in a carriage return alone",
    retryable: false,
    detail: (facts: { line: number }) =>
      `Line ${facts.line} has a carriage return without a line feed. ` +
      "End lines with LF or CRLF, or put the value that has a line break in quotes.",
  },
  csv_row_too_long: {
    status: 400,
    title: "A row is too long",
    retryable: false,
    detail: (facts: { line: number; limit: number }) =>
      `The row that begins in line ${facts.line} is longer than ${facts.limit} characters. ` +
      "Look for a quote that is not closed, or leave out columns with long texts.",
  },
  csv_empty: {
    status: 400,
    title: "The file has no header",
    retryable: false,
    detail: () => "The file has no row at all. Its first row has to name the columns.",
  },
  import_template_broken: {
    status: 422,
    title: "The data import template lacks its column names",
    retryable: false,
    detail: () =>
      'The file begins as a data import template, but has no row "Column Name:". ' +
      "Export it again in English, or leave out all rows above the one that names the columns.",
  },
  import_columns_missing: {
    status: 422,
    title: "The file lacks columns",
    retryable: false,
    detail: (facts: {
      kind: string;
      missing: readonly {
        readonly fields: readonly string[];
        readonly columns: readonly string[];
      }[];
      found: readonly string[];
    }) => {
      const lacking = facts.missing.map(
        ({ fields, columns }) => `${fields.join(" or ")} (${columns.map(quoted).join(", ")})`,
      );
      return (
        `The file has no column for ${lacking.join("; ")}. Export these as well, name the file's own columns ` +
        "in mapping, or say in mapping that there is none with null."
      );
    },
  },
  import_column_repeated: {
    status: 422,
    title: "A column stands twice",
    retryable: false,
    detail: (facts: { column: string }) =>
      `The column ${quoted(facts.column)} stands twice in the header, so it is unclear which one is meant. Rename or remove one.`,
  },
  import_column_control: {
    status: 422,
    title: "A header has control characters",
    retryable: false,
    detail: (facts: { column: string }) =>
      `The header ${quoted(facts.column)} has a control character, which nobody can see or type. Write it without.`,
  },
  import_column_unusable: {
    status: 422,
    title: "A column has ids that mean nothing here",
    retryable: false,
    detail: (facts: { column: string; instead: readonly string[]; field: string }) =>
      `The column ${quoted(facts.column)} has database ids. Export ${facts.instead.map(quoted).join(" and ")} instead, ` +
      `or leave it out with {${quoted(facts.field)}: null} in mapping.`,
  },
  import_mapping_field: {
    status: 422,
    title: "The mapping names a field that there is not",
    retryable: false,
    detail: (facts: { field: string; known: readonly string[] }) =>
      `This kind of import has no field ${quoted(facts.field)}. Map any of ${facts.known.join(", ")}.`,
  },
  import_mapping_column: {
    status: 422,
    title: "The mapping names a column that the file has not",
    retryable: false,
    detail: (facts: { field: string; column: string; found: readonly string[] }) =>
      `The mapping of ${facts.field} names the column ${quoted(facts.column)}; the file has ${facts.found.map(quoted).join(", ")}.`,
  },

  // Files that are imported: why a row of one is left out.
  import_row_columns: {
    status: 422,
    title: "A row has another number of columns",
    retryable: false,
    detail: (facts: { expected: number; found: number }) =>
      `The row has ${plural(facts.found, "column", "columns")}; the header has ${facts.expected}. ` +
      "Put values that contain the separator in quotes.",
  },
  import_row_alone: {
    status: 422,
    title: "A continued row has nothing that it continues",
    retryable: false,
    detail: () =>
      "The row has values of a list only, and the row above that it belongs to is missing or cannot be read. Mend that one.",
  },
  import_row_incomplete: {
    status: 422,
    title: "A row below belongs to it and cannot be read",
    retryable: false,
    detail: (facts: { broken_line: number }) =>
      `Line ${facts.broken_line} may belong to this row and cannot be read, so this one could be incomplete. Mend line ${facts.broken_line}.`,
  },
  import_row_too_many_lines: {
    status: 422,
    title: "A row is continued by too many rows",
    retryable: false,
    detail: (facts: { limit: number }) =>
      `The row is continued by more than ${facts.limit} rows. Leave out those that are no longer needed.`,
  },
  import_value_missing: {
    status: 422,
    title: "A value is missing",
    retryable: false,
    detail: (facts: { field: string }) => `The row has no ${facts.field}. Fill it in.`,
  },
  import_value_too_long: {
    status: 422,
    title: "A value is too long",
    retryable: false,
    detail: (facts: { length: number; limit: number }) =>
      `The value has ${facts.length} characters; the limit is ${facts.limit}. Shorten it.`,
  },
  import_text: {
    status: 422,
    title: "A text cannot be used",
    retryable: false,
    detail: (facts: { field: string; value: string; rule: string }) =>
      `The ${facts.field} ${quoted(facts.value)} ${facts.rule}`,
  },
  import_choice: {
    status: 422,
    title: "A value is none of those that are known",
    retryable: false,
    detail: (facts: { field: string; value: string; known: readonly string[] }) =>
      `The ${facts.field} is ${quoted(facts.value)}. Known are ${facts.known.map(quoted).join(", ")}; export it in English.`,
  },
  import_flag: {
    status: 422,
    title: "A value is neither yes nor no",
    retryable: false,
    detail: (facts: { field: string; value: string }) =>
      `The ${facts.field} is ${quoted(facts.value)}. Write 1 or True for yes, and 0, False or nothing for no.`,
  },
  import_number: {
    status: 422,
    title: "A number cannot be used",
    retryable: false,
    detail: (facts: { field: string; value: string; minimum: Amount; maximum: Amount }) =>
      `The ${facts.field} is ${quoted(facts.value)}. Write a whole number of ${String(facts.minimum)} to ${String(facts.maximum)}, in plain digits.`,
  },
  import_number_beyond: {
    status: 422,
    title: "The next number goes beyond the greatest one",
    retryable: false,
    detail: (facts: { next: Amount; maximum: Amount }) =>
      `With the margin the next number would be ${String(facts.next)}; the greatest is ${String(facts.maximum)}. Give a smaller margin.`,
  },
  import_day: {
    status: 422,
    title: "A date cannot be read",
    retryable: false,
    detail: (facts: { field: string; value: string; form: string }) =>
      `The ${facts.field} is ${quoted(facts.value)}. Write a day that exists in the form ${facts.form}; a time behind it is left out.`,
  },
  import_quantity: {
    status: 422,
    title: "A quantity cannot be used",
    retryable: false,
    detail: (facts: { rule: string }) => `The quantity ${facts.rule}`,
  },
  import_attributes: {
    status: 422,
    title: "The attributes are too long",
    retryable: false,
    detail: (facts: { limit_bytes: number }) =>
      `The attributes of a lot may have ${facts.limit_bytes} bytes of JSON. Shorten the values, or map fewer of them.`,
  },
  import_product_nameless: {
    status: 422,
    title: "The product has no code",
    retryable: false,
    detail: () =>
      "The product has no internal reference or item code, which becomes its SKU here. " +
      "Give it one where it comes from, or map another column to it.",
  },
  import_gtin: {
    status: 422,
    title: "The barcode is not a GTIN",
    retryable: false,
    detail: (facts: { barcode: string }) =>
      `${quoted(facts.barcode)} is not a GTIN of 8, 12, 13 or 14 digits whose last one checks the others. ` +
      'Correct it, or leave barcodes out with {"gtin": null} in mapping.',
  },
  import_key_none: {
    status: 422,
    title: "No key for the sequence",
    retryable: false,
    detail: () =>
      "Neither the code nor the name of the sequence has letters or digits for its key. Give it a code, or add a column key.",
  },
  import_key_taken: {
    status: 422,
    title: "Two rows have the same key",
    retryable: false,
    detail: (facts: { key: string; first_line: number }) =>
      `${quoted(facts.key)} is the key of the row in line ${facts.first_line} already. ` +
      "Remove one of the rows, or give one another code; for sequences you may add a column key.",
  },
  import_sequence_unnamed: {
    status: 422,
    title: "The product's sequence is not told apart from others",
    retryable: false,
    detail: (facts: { code: string }) =>
      `Many sequences have the code ${quoted(facts.code)}. Export the name of the product's sequence as well (lot_sequence_id/name).`,
  },
  import_counter_stale: {
    status: 422,
    title: "The next number is not known",
    retryable: false,
    detail: () =>
      "The sequence counts in the database (Standard), and what its Next Number says is out of date. " +
      "Export number_next_actual (Actual Next Number), for its date ranges as well.",
  },
  import_range_repeated: {
    status: 422,
    title: "Two date ranges begin on the same day",
    retryable: false,
    detail: (facts: { day: string }) =>
      `Two date ranges begin on ${facts.day}, so it is unclear which counter holds. Remove one.`,
  },
  import_ranges_irregular: {
    status: 422,
    title: "The date ranges follow no rule",
    retryable: false,
    detail: (facts: { first_day: string; last_day: string }) =>
      `The date range from ${facts.first_day} to ${facts.last_day} does not fit the others: all must be days, weeks from Monday, ` +
      "months, years, or fiscal years that begin on the same day. Mend the ranges, or make the sequence by hand.",
  },
  import_other_company: {
    status: 422,
    title: "The row belongs to another company",
    retryable: false,
    detail: (facts: { company: string; first_company: string }) =>
      `The row belongs to ${quoted(facts.company)}, rows before it to ${quoted(facts.first_company)}. ` +
      "Export one company at a time, and import each with a key of its own tenant.",
  },
  import_too_many_keys: {
    status: 422,
    title: "The file has too many rows with a key",
    retryable: false,
    detail: (facts: { limit: number }) =>
      `A file may have ${facts.limit} sequences or products. Split it.`,
  },
  import_sequence_differs: {
    status: 409,
    title: "The sequence exists and differs",
    retryable: false,
    detail: (facts: { sequence: string; differences: readonly string[] }) =>
      `There is a sequence ${quoted(facts.sequence)} that differs: ${facts.differences.join("; ")}. ` +
      "Change it to what the file says, or give the one in the file another key.",
  },
  import_lot_differs: {
    status: 409,
    title: "The lot exists and differs",
    retryable: false,
    detail: (facts: { product: string; name: string; differences: readonly string[] }) =>
      `Product ${quoted(facts.product)} has a lot ${quoted(facts.name)} that differs: ${facts.differences.join("; ")}. ` +
      "Nothing of it was changed. Change the lot, or leave the row out.",
  },

  // Files that are imported: what happens to one on its way.
  import_not_found: {
    status: 404,
    title: "There is no such import",
    retryable: false,
    detail: (facts: { import: string }) =>
      `There is no import ${quoted(facts.import)}. Check the id in the Location of the answer that started it.`,
  },
  import_too_large: {
    status: 413,
    title: "The file is too large",
    retryable: false,
    detail: (facts: { limit_bytes: number }) =>
      `A file may have ${facts.limit_bytes} bytes. Split it, with the header in each part.`,
  },
  import_broken_off: {
    status: 400,
    title: "The file broke off",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "The connection ended before the file had come whole, and nothing of it was imported. " +
      "Send it again, with the same Idempotency-Key.",
  },
  import_expired: {
    status: 409,
    title: "The file is no longer kept",
    retryable: false,
    detail: () =>
      "What was left of the file was removed after 30 days. What was imported stays; send the file again with a new Idempotency-Key.",
  },

  // The service itself.
  database_unavailable: {
    status: 503,
    title: "The database cannot be reached",
    retryable: true,
    retryAfter: 2,
    detail: () =>
      "The database cannot be reached, and nothing was done. Send the same request again in a moment, with the same Idempotency-Key.",
  },
  database_slow: {
    status: 503,
    title: "The database takes too long",
    retryable: true,
    retryAfter: 2,
    detail: () =>
      "The database did not answer in time, and nothing was done. Send the same request again in a moment, with the same Idempotency-Key.",
  },
  record_busy: {
    status: 503,
    title: "Another request holds what this one needs",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "Another request holds the sequence, product, receipt or other record that this one needs, and has not let go of it in time. " +
      "Nothing was done. Send the same request again in a moment, with the same Idempotency-Key.",
  },
  overloaded: {
    status: 503,
    title: "Too many requests at once",
    retryable: true,
    retryAfter: 2,
    detail: () =>
      "So many requests wait for the database that this one was not sent to it. Nothing was done. " +
      "Send fewer at a time, and this one again in a moment, with the same Idempotency-Key.",
  },
  counter_behind_ledger: {
    status: 503,
    title: "A counter is behind the numbers that were given",
    retryable: true,
    retryAfter: 30,
    detail: () =>
      "The counter came to a number that was given before, as after a database was restored or moved in part. Nothing was given. " +
      "The operator has to fence the counters (docs/operating/restoring.md says how); then the same request succeeds.",
  },
  outcome_unknown: {
    status: 503,
    title: "It is unknown whether the request was carried out",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "The connection to the database broke before its answer came, so the request may or may not have been carried out. " +
      "Send the same request with the same Idempotency-Key again: it is carried out once.",
  },
  definition_changed: {
    status: 503,
    title: "The definitions kept changing",
    retryable: true,
    retryAfter: 1,
    detail: () =>
      "The sequence or product was changed again and again while the request was tried, and nothing was done. Send it again.",
  },
  internal_error: {
    status: 500,
    title: "Something went wrong in the service",
    retryable: false,
    detail: () =>
      "The service failed in a way it should not. Report the request_id; " +
      "a POST that is sent again with the same Idempotency-Key is carried out at most once.",
  },
} as const satisfies Record<string, FailureEntry>;

/** Every code that a failure can have. Codes are stable: callers branch on them. */
export type FailureCode = keyof typeof failures;

/** The facts that a code's sentence is made of; they are members of the problem, in snake_case. */
export type FactsOf<Code extends FailureCode> = Code extends FailureCode
  ? Parameters<(typeof failures)[Code]["detail"]> extends [infer Facts]
    ? Facts
    : Readonly<Record<string, never>>
  : never;

/** The HTTP status of a code. */
export type StatusOf<Code extends FailureCode> = (typeof failures)[Code]["status"];

/** One wrong place in a request: a JSON pointer (RFC 6901) into the body, or a named parameter. */
export type FieldError = (
  | { readonly pointer: string }
  | { readonly parameter: string; readonly in: "path" | "query" | "header" | "cookie" }
) & {
  /** What is wrong there and what to change. */
  readonly detail: string;
  /** A finer code, when one exists. */
  readonly code?: string;
};

/** What a failure may carry besides its facts. */
export interface FailureOptions {
  /** JSON pointer (RFC 6901) to the field that is wrong, such as `/items/3/count`. */
  readonly pointer?: string;
  /** Every wrong field, when there are several. */
  readonly errors?: readonly FieldError[];
  /** Seconds to wait before the next try, 1 or more; without it the table's own. */
  readonly retryAfter?: number;
  /** The exception behind it; logged by its class and SQLSTATE alone, never sent. */
  readonly cause?: unknown;
  /** What an operator has to mend, without anybody's data; logged, never sent. */
  readonly remedy?: string | undefined;
}

/** A fact as it goes to the wire. */
export type Fact =
  | string
  | number
  | boolean
  | null
  | bigint
  | readonly string[]
  | readonly object[];

/** A refusal or breakdown with a code of the table; the HTTP layer turns it into a problem. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: FailureCode;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly pointer: string | undefined;
  readonly errors: readonly FieldError[] | undefined;
  readonly retryAfter: number | undefined;
  readonly remedy: string | undefined;

  constructor(code: FailureCode, facts: object, options: FailureOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    // The facts' shape per code is checked where a failure is made, by failure() and fail().
    this.facts = facts as Readonly<Record<string, Fact>>;
    this.pointer = options.pointer;
    this.errors = options.errors;
    this.retryAfter = options.retryAfter ?? retryAfterOf(code, this.facts);
    this.remedy = options.remedy;
  }

  /** Whether it was refused here, before or after the database was asked, and not there. */
  get isOurRefusal(): boolean {
    return this.cause === undefined && this.status < 500;
  }

  /** HTTP status of the answer. */
  get status(): number {
    return entryOf(this.code).status;
  }

  /** What kind of failure this is. */
  get title(): string {
    return entryOf(this.code).title;
  }

  /** Whether the same request may succeed if it is sent again unchanged. */
  get retryable(): boolean {
    return entryOf(this.code).retryable;
  }

  /** What happened and what to change. */
  get detail(): string {
    try {
      // A row reads its own facts only, which the signatures of failure() and fail() hold together.
      return entryOf(this.code).detail(this.facts as never);
    } catch {
      // Facts that came from SQL without what the sentence needs must not hide the failure itself.
      return `${this.title}.`;
    }
  }
}

function entryOf(code: FailureCode): FailureEntry {
  return failures[code];
}

function retryAfterOf(code: FailureCode, facts: Failure["facts"]): number | undefined {
  const { retryAfter } = entryOf(code);
  // As with the sentence, a row reads its own facts only.
  return typeof retryAfter === "function" ? retryAfter(facts as never) : retryAfter;
}

/** A failure whose facts fit its code, to be thrown or handed on. */
export function failure<Code extends FailureCode>(
  code: Code,
  facts: FactsOf<Code>,
  options?: FailureOptions,
): Failure {
  return new Failure(code, facts, options);
}

/** Throws the failure of that code. */
export function fail<Code extends FailureCode>(
  code: Code,
  facts: FactsOf<Code>,
  options?: FailureOptions,
): never {
  throw failure(code, facts, options);
}

/** What a pure rule answers instead of a value; its facts fit its code by the rule's own tests. */
export interface Refused {
  readonly code: FailureCode;
  readonly facts: Readonly<Record<string, Fact>>;
  readonly pointer?: string;
}

/**
 * The failure for a pure rule's refusal. `pointer` is where the refused value stands in this request;
 * without it the rule's own is taken.
 */
export function failureOfRefusal(refused: Refused, pointer = refused.pointer): Failure {
  return new Failure(refused.code, refused.facts, pointer === undefined ? {} : { pointer });
}

/** Whether a text is a code of the table. */
export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failures, code);
}

/**
 * The failure that a SQL function raised with a code and JSON facts, or undefined when the code is
 * not one of the table. Facts come from our own functions and are taken as they are.
 */
export function failureFromFacts(
  code: string,
  facts: unknown,
  options?: FailureOptions,
): Failure | undefined {
  if (!isFailureCode(code)) return undefined;
  const known = typeof facts === "object" && facts !== null && !Array.isArray(facts) ? facts : {};
  return new Failure(code, known, options);
}
