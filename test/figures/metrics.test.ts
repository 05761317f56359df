import parsePrometheus from "parse-prometheus-text-format";
import { expect, test } from "vitest";

import { metricsText } from "../../src/http/metrics-text.ts";
import { refused } from "../api/contract.ts";
import type { Service } from "../harness/service.ts";
import { postLots, putProduct, putSequence, reserve, serviceForTest } from "../store/service.ts";
import { rollUp } from "./figures.ts";

const metricsKey = "a-key-for-the-metrics";

function serviceWithMetrics(): Promise<Service> {
  return serviceForTest({ vars: { FIGURES_INTERVAL_MS: "100", METRICS_KEY: metricsKey } });
}

/** The samples of the text, by name and labels as they stand there. */
function samplesOf(text: string): Map<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]),
  );
}

async function metrics(service: Service, accept?: string): Promise<string> {
  const headers = accept === undefined ? {} : { accept };
  const before = await service.database.requests();
  const answer = await service.call("GET", "/metrics", { key: metricsKey, headers });
  expect([answer.status, (await service.database.requests()) - before]).toEqual([200, 1]);
  return answer.text;
}

/** The text without what another moment tells otherwise. */
function still(text: string): string {
  return text.replaceAll(/^(serialmint_(?:figures_age|database_size)\S*) .*$/gm, "$1");
}

/** As Prometheus asks. */
const scraping =
  "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4," +
  "text/plain;version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";

test("metrics are the service's, of all tenants together", async () => {
  const service = await serviceWithMetrics();
  const other = await service.createTenant();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await service.call("PUT", "/v1/sequences/s", { body: { pattern: "B-{0000}" }, key: other.key });
  await putProduct(service, "p", "s");
  for (let n = 0; n < 3; n += 1) await reserve(service, "s", 5);
  await reserve(service, "s", 7, { key: other.key });
  await reserve(service, "nowhere", 1);
  await postLots(service, [{ product: "p", count: 4 }]);
  await service.settled();
  await rollUp(service);
  const text = await metrics(service);
  const samples = samplesOf(text);
  const expected = {
    'serialmint_calls_total{operation="createReservation",status="200"}': 4,
    'serialmint_calls_total{operation="createReservation",status="404",code="sequence_not_found"}': 1,
    'serialmint_call_duration_seconds_count{operation="createReservation"}': 5,
    'serialmint_call_duration_seconds_bucket{operation="createReservation",le="+Inf"}': 5,
    'serialmint_call_items_total{operation="createReservation"}': 23,
    serialmint_reservations_total: 5,
    serialmint_numbers_reserved_total: 26,
    serialmint_numbers_voided_total: 0,
    serialmint_lots_recorded_total: 4,
    'serialmint_jobs{status="running"}': 0,
    serialmint_oldest_job_age_seconds: 0,
    serialmint_tenants: 4,
  };
  for (const [name, value] of Object.entries(expected)) expect(samples.get(name), name).toBe(value);
  expect(samples.get("serialmint_database_size_bytes")).toBeGreaterThan(1_000_000);
  expect(text).not.toContain(service.tenant);
  await service.database.query(
    "update jobs set status = 'running', created_at = now() - interval '90 seconds'",
  );
  const later = samplesOf(await metrics(service));
  expect(later.get('serialmint_jobs{status="running"}')).toBe(1);
  expect(later.get("serialmint_oldest_job_age_seconds")).toBeGreaterThanOrEqual(90);
});

test("a parser that we did not write reads them, in both forms", async () => {
  const service = await serviceWithMetrics();
  await putSequence(service, "s", { pattern: "A-{0000}" });
  await reserve(service, "s", 5);
  await service.settled();
  const ask = async (accept?: string) => {
    const headers = accept === undefined ? {} : { accept };
    const { text, headers: told } = await service.call("GET", "/metrics", {
      key: metricsKey,
      headers,
    });
    return { text, type: told.get("content-type") };
  };
  const plain = await ask("text/plain");
  expect(plain.type).toBe("text/plain; version=0.0.4; charset=utf-8");
  const families = parsePrometheus(plain.text);
  expect(families.length).toBe(plain.text.match(/^# TYPE /gm)?.length);
  const kinds = new Map(families.map(({ name, type }) => [name, type]));
  expect(kinds.get("serialmint_calls_total")).toBe("COUNTER");
  expect(kinds.get("serialmint_call_duration_seconds")).toBe("HISTOGRAM");
  expect(kinds.get("serialmint_jobs")).toBe("GAUGE");
  for (const { name, help, metrics: samples } of families) {
    expect(name).toMatch(/^serialmint_[a-z_]+$/);
    expect(help, name).toMatch(/\.$/);
    expect(samples.length, name).toBeGreaterThan(0);
  }
  for (const accept of [undefined, "*/*", scraping]) {
    const open = await ask(accept);
    expect(open.type).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    // The same but for what OpenMetrics says in another way; how old things are goes on.
    const translated = open.text
      .replace(/# EOF\n$/, "")
      .replaceAll(/^# UNIT .*\n/gm, "")
      .replaceAll(
        /^# TYPE (\S+) counter\n# HELP \S+/gm,
        "# TYPE $1_total counter\n# HELP $1_total",
      );
    expect(open.text.endsWith("\n# EOF\n")).toBe(true);
    expect(still(translated)).toBe(still(plain.text));
  }
});

test("a histogram's places add up, labels are escaped, and both forms name what they have to", () => {
  const families = [
    {
      name: "a_seconds",
      type: "histogram",
      unit: "seconds",
      help: 'With "quotes", \\ and\nlines.',
      distributions: [
        { labels: { path: 'a"b\\c\nd' }, bounds: [0.5, 1], counts: [1, 0, 2], sum: 7.5 },
      ],
    },
    { name: "b", type: "counter", help: "B.", samples: [{ value: "123456789012345678901" }] },
    { name: "c", type: "gauge", help: "C.", samples: [{ labels: { one: "1" }, value: 0.5 }] },
  ] as const;
  const histogram = [
    'a_seconds_bucket{path="a\\"b\\\\c\\nd",le="0.5"} 1',
    'a_seconds_bucket{path="a\\"b\\\\c\\nd",le="1.0"} 1',
    'a_seconds_bucket{path="a\\"b\\\\c\\nd",le="+Inf"} 3',
    'a_seconds_count{path="a\\"b\\\\c\\nd"} 3',
    'a_seconds_sum{path="a\\"b\\\\c\\nd"} 7.5',
  ];
  expect(metricsText(families, "openmetrics").split("\n")).toEqual([
    "# TYPE a_seconds histogram",
    "# UNIT a_seconds seconds",
    '# HELP a_seconds With \\"quotes\\", \\\\ and\\nlines.',
    ...histogram,
    "# TYPE b counter",
    "# HELP b B.",
    "b_total 123456789012345678901",
    "# TYPE c gauge",
    "# HELP c C.",
    'c{one="1"} 0.5',
    "# EOF",
    "",
  ]);
  expect(metricsText(families, "prometheus").split("\n")).toEqual([
    "# TYPE a_seconds histogram",
    '# HELP a_seconds With "quotes", \\\\ and\\nlines.',
    ...histogram,
    "# TYPE b_total counter",
    "# HELP b_total B.",
    "b_total 123456789012345678901",
    "# TYPE c gauge",
    "# HELP c C.",
    'c{one="1"} 0.5',
    "",
  ]);
});

test("metrics are given to nobody but who has their key", async () => {
  const service = await serviceWithMetrics();
  for (const key of [null, service.key, `${metricsKey}x`, metricsKey.slice(1), ""]) {
    const problem = await refused(service, [401, "metrics_key_wrong"], "GET", "/metrics", { key });
    expect(JSON.stringify(problem)).not.toContain(metricsKey);
  }
  const headers = { authorization: metricsKey };
  await refused(service, [401, "metrics_key_wrong"], "GET", "/metrics", { headers });
  const without = await serviceForTest();
  for (const key of [null, without.key, metricsKey]) {
    const problem = await refused(without, [404, "metrics_not_set_up"], "GET", "/metrics", { key });
    expect(problem.detail).toContain("METRICS_KEY");
  }
});
