/** What a page of the documentation shows: its requests, each with the answer under it. */

/** A fenced block: its language and its text, and where the text stands in the page. */
export interface Fence {
  readonly language: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A request that a page shows; the path begins with a slash and has its query. */
export interface ShownRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

export interface Example {
  readonly request: ShownRequest;
  /** The block under the request when it is an answer. */
  readonly answer: Fence | undefined;
}

/** Languages of blocks that are answers; an `http` block is one when it begins with a status line. */
const answers = new Set(["json", "ndjson", "csv"]);

export function fencesOf(page: string): Fence[] {
  const found = page.matchAll(/^```([a-z]*)[^\n]*\n([\s\S]*?)^```$/gm);
  return [...found].map((match) => {
    const [whole, language = "", text = ""] = match;
    const start = match.index + whole.length - "```".length - text.length;
    return { language, text, start, end: start + text.length };
  });
}

/** The requests of a page in order: `http` blocks and curl commands in `sh` blocks. */
export function examplesOf(page: string): Example[] {
  const fences = fencesOf(page);
  return fences.flatMap((fence, index) => {
    const request = requestOf(fence);
    if (request === undefined) return [];
    const next = fences[index + 1];
    return [{ request, answer: next !== undefined && isAnswer(next) ? next : undefined }];
  });
}

/** The shell commands of a page that are no requests, one a line. */
export function commandsOf(page: string): string[] {
  return fencesOf(page)
    .filter((fence) => fence.language === "sh" && requestOf(fence) === undefined)
    .flatMap(({ text }) => text.split("\n"))
    .filter((line) => line.trim() !== "");
}

function isAnswer({ language, text }: Fence): boolean {
  return answers.has(language) || (language === "http" && text.startsWith("HTTP/"));
}

function requestOf({ language, text }: Fence): ShownRequest | undefined {
  if (language === "sh" && text.startsWith("curl ")) return readCurl(text);
  if (language === "http" && !text.startsWith("HTTP/")) return readHttp(text);
  return undefined;
}

/** `METHOD /path`, headers, an empty line, the body. The key and the type of the body go without saying. */
function readHttp(text: string): ShownRequest {
  const [head = "", ...rest] = text.split("\n\n");
  const [first = "", ...lines] = head.trimEnd().split("\n");
  const [method = "", path = ""] = first.split(" ");
  const body = rest.join("\n\n").trim();
  return { method, path, headers: headersOf(lines), body: body === "" ? undefined : body };
}

/** Reads the options that the pages use; another one is an error of the page. */
function readCurl(text: string): ShownRequest {
  const words = wordsOf(text.replaceAll("\\\n", " "));
  const headers: string[] = [];
  let method: string | undefined;
  let body: string | undefined;
  let url: URL | undefined;
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const value = (): string => words[(at += 1)] ?? "";
    if (word === "-H") headers.push(value());
    else if (word === "-X") method = value();
    else if (word === "-d") body = value();
    else if (word === "-o") value();
    else if (URL.canParse(word)) url = new URL(word);
    else throw new Error(`A page uses curl with ${word}, which its test does not know.`);
  }
  if (url === undefined) throw new Error(`A page has curl without an address: ${text}`);
  return {
    method: method ?? (body === undefined ? "GET" : "POST"),
    path: url.pathname + url.search,
    headers: headersOf(headers),
    body,
  };
}

/** The words of a shell command with plain, 'single' and "double" quoted parts. */
function wordsOf(command: string): string[] {
  const words = command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
  return words.map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}

export function headersOf(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return Object.fromEntries(pairs) as Record<string, string>;
}
