import { maximumNumber } from "../../patterns/pattern.ts";
import type { Kind } from "../kind.ts";
import type { SeriesRecord } from "../record.ts";
import { wholeOf } from "../values/number.ts";
import { checkedName } from "../values/text.ts";

type Field = "series" | "current";

/** Frappe's counters (tabSeries): the rendered text before the counter, and the last number given. */
export const frappeSeries: Kind<Field, SeriesRecord> = {
  system: "frappe",
  fields: { series: ["name"], current: ["current"] },
  needs: [["series"], ["current"]],
  listed: [],
  unusable: [],
  attributes: false,
  parameters: ["margin"],
  company: null,
  identity: null,
  read: ([cells], { margin }) => {
    const series = cells.text("series");
    // Its shortest name has to be one; the series itself may be empty.
    checkedName(cells, "series", `${series}0`);
    const current =
      wholeOf(cells, "current", 0n, maximumNumber - 1n) ??
      cells.refuse("current", "import_value_missing", { field: "current" });
    const next = current + 1n + margin;
    if (next > maximumNumber) {
      cells.refuse("current", "import_number_beyond", { next, maximum: maximumNumber });
    }
    return { series, next: String(next) };
  },
};
