import type { Part, Pattern } from "../patterns/pattern.ts";

/**
 * Whether the texts that two patterns begin or end with tell all their names apart. It says nothing that
 * outlines do not say, but at once, which counts where a tenant has ten thousand patterns.
 */
export function isTextApart({ parts }: Pattern, { parts: others }: Pattern): boolean {
  const [begin, otherBegin] = [textOf(parts[0]), textOf(others[0])];
  if (!begin.startsWith(otherBegin) && !otherBegin.startsWith(begin)) return true;
  const [end, otherEnd] = [textOf(parts.at(-1)), textOf(others.at(-1))];
  return !end.endsWith(otherEnd) && !otherEnd.endsWith(end);
}

/** The text of a part; empty for what can be anything. */
function textOf(part: Part | undefined): string {
  return part?.kind === "text" ? part.text : "";
}
