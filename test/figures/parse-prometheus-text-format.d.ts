declare module "parse-prometheus-text-format" {
  interface Family {
    readonly name: string;
    readonly help: string;
    readonly type: string;
    readonly metrics: readonly object[];
  }

  /** Reads Prometheus' text; what it cannot read it throws on. */
  export default function parsePrometheusTextFormat(text: string): Family[];
}
