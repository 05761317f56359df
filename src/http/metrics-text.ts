/** A value with the labels that tell it apart. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** As it is written: whole numbers of any size are texts. */
  readonly value: number | string;
}

/** What lies within each bound of a histogram, and all beyond; bounds and sum in the family's unit. */
export interface Distribution {
  readonly labels: Readonly<Record<string, string>>;
  readonly bounds: readonly number[];
  /** One more than bounds, each without what lies below. */
  readonly counts: readonly number[];
  readonly sum: number;
}

interface Described {
  /** Without `_total`; with its unit at the end when it has one. */
  readonly name: string;
  readonly help: string;
  readonly unit?: "seconds" | "bytes";
}

/** Metrics of one name. */
export type Family = Described &
  (
    | { readonly type: "counter" | "gauge"; readonly samples: readonly Sample[] }
    | { readonly type: "histogram"; readonly distributions: readonly Distribution[] }
  );

/** The forms in which metrics are written. */
export type MetricsForm = "openmetrics" | "prometheus";

/**
 * Metrics as OpenMetrics 1.0 has them, or as Prometheus' text format 0.0.4, which names counters with their `_total`,
 * and has neither units nor an end.
 */
export function metricsText(families: readonly Family[], form: MetricsForm): string {
  const lines = families.flatMap((family) => linesOf(family, form));
  if (form === "openmetrics") lines.push("# EOF");
  return `${lines.join("\n")}\n`;
}

function linesOf(family: Family, form: MetricsForm): string[] {
  const { name, help, unit, type } = family;
  const isOpen = form === "openmetrics";
  const written = type === "counter" && !isOpen ? `${name}_total` : name;
  return [
    `# TYPE ${written} ${type}`,
    ...(unit === undefined || !isOpen ? [] : [`# UNIT ${written} ${unit}`]),
    `# HELP ${written} ${escaped(help, isOpen)}`,
    ...(family.type === "histogram"
      ? family.distributions.flatMap((one) => distributionLines(name, one))
      : family.samples.map((sample) => line(type === "counter" ? `${name}_total` : name, sample))),
  ];
}

function distributionLines(name: string, { labels, bounds, counts, sum }: Distribution): string[] {
  let within = 0;
  const buckets = counts.map((count, place) => {
    within += count;
    const bound = bounds[place];
    const le = bound === undefined ? "+Inf" : canonical(bound);
    return line(`${name}_bucket`, { labels: { ...labels, le }, value: within });
  });
  return [
    ...buckets,
    line(`${name}_count`, { labels, value: within }),
    line(`${name}_sum`, { labels, value: sum }),
  ];
}

/** A bound as OpenMetrics wants it: as a float, even when it is whole. */
function canonical(bound: number): string {
  return Number.isInteger(bound) ? bound.toFixed(1) : String(bound);
}

function line(name: string, { labels = {}, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text, true)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

/** Quotes are escaped in labels, and in what OpenMetrics says of a metric. */
function escaped(text: string, quotes: boolean): string {
  const plain = text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return quotes ? plain.replaceAll('"', '\\"') : plain;
}
