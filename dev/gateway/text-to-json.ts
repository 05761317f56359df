const BOOL = 16;
const INT2 = 21;
const INT4 = 23;
const FLOAT4 = 700;
const FLOAT8 = 701;
const JSON_OID = 114;
const JSONB = 3802;

/** Array types whose elements have a JSON form of their own, by their elements' types. */
const ELEMENTS = new Map([
  [1000, BOOL],
  [1005, INT2],
  [1007, INT4],
  [1021, FLOAT4],
  [1022, FLOAT8],
  [199, JSON_OID],
  [3807, JSONB],
]);

/** The other built-in arrays, whose elements stay texts. */
const TEXT_ARRAYS = new Set([
  1001, 1002, 1003, 1009, 1014, 1015, 1016, 1028, 1041, 1115, 1182, 1183, 1185, 1187, 1231, 1270,
  2951,
]);

/**
 * A value as JSON for callers that did not ask for raw text, by the rules of Neon's proxy
 * (`pg_text_to_json`): booleans, int2, int4, finite floats, json and arrays of these get their JSON
 * form, everything else stays a text. Arrays of types that are not built in stay texts too.
 */
export function textToJson(text: string, type: number): unknown {
  switch (type) {
    case BOOL:
      return text === "t";
    case INT2:
    case INT4:
      return Number(text);
    case FLOAT4:
    case FLOAT8: {
      const value = Number(text);
      return Number.isFinite(value) ? value : text;
    }
    case JSON_OID:
    case JSONB:
      return JSON.parse(text);
    default: {
      const element = ELEMENTS.get(type) ?? (TEXT_ARRAYS.has(type) ? 25 : undefined);
      return element === undefined ? text : arrayToJson(text, element);
    }
  }
}

function arrayToJson(text: string, element: number): unknown {
  let at = text.startsWith("[") ? text.indexOf("=") + 1 : 0;

  function list(): unknown[] {
    const values: unknown[] = [];
    at += 1;
    while (at < text.length && text[at] !== "}") {
      if (text[at] === ",") at += 1;
      values.push(text[at] === "{" ? list() : text[at] === '"' ? quoted() : bare());
    }
    at += 1;
    return values;
  }

  function quoted(): unknown {
    let value = "";
    at += 1;
    while (at < text.length && text[at] !== '"') {
      if (text[at] === "\\") at += 1;
      value += text[at] ?? "";
      at += 1;
    }
    at += 1;
    return textToJson(value, element);
  }

  function bare(): unknown {
    const from = at;
    while (at < text.length && text[at] !== "," && text[at] !== "}") at += 1;
    const value = text.slice(from, at);
    return value === "NULL" ? null : textToJson(value, element);
  }

  return list();
}
