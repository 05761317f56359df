import type { PartResult, Target } from "./result.ts";

/** A part's findings for the terminal. */
export function shownPart({ part, about, figures, targets }: PartResult): string {
  const rows = figures.map((figure) => [
    figure.setting,
    figure.what,
    `${amount(figure.subject)} ${figure.unit}`,
    figure.against,
    `${amount(figure.baseline)} ${figure.unit}`,
    amount(figure.ratio),
    figure.rounds > 1 ? `${amount(figure.from)}..${amount(figure.to)}` : "",
    figure.note ?? "",
  ]);
  const header = ["commit", "what", "measured", "against", "measured", "ratio", "min..max", ""];
  const lines = [`\n${part}: ${about}\n`, ...aligned([header, ...rows])];
  if (targets.length > 0) lines.push("", ...aligned(targets.map(targetRow)));
  return `${lines.join("\n")}\n`;
}

function targetRow({ setting, what, wanted, reached, met }: Target): string[] {
  return [met ? "met" : "NOT MET", setting, what, wanted, reached];
}

/** Three digits that matter; whole numbers from 100 on. */
function amount(figure: number): string {
  if (!Number.isFinite(figure)) return "-";
  if (figure >= 100) return Math.round(figure).toLocaleString("en");
  return figure.toPrecision(figure >= 1 ? 3 : 2);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
