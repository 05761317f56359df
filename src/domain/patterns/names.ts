import { codePointCount, codePointName, firstCharacter } from "./characters.ts";
import { accept, maximumNameLength, refuse, type Result } from "./pattern.ts";

/**
 * What a name must not contain: by general category control, format (zero-width and bidirectional
 * controls), surrogates, private use and unassigned characters, separators other than the plain
 * space; and what is ignored when shown, such as variation selectors and fillers (Unicode Standard
 * Annex 44).
 */
const unprintable = /[[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]--[ ]]/v;

/**
 * Checks a name that was made elsewhere and gives it back as it is: printable text in NFC (Unicode
 * Standard Annex 15) of 1..128 code points without a space at either end, not `.` or `..`, which
 * cannot stand in an address. Names are case-sensitive. Nothing is ever stripped or changed.
 *
 * Fails with `name_empty` {}, also for nothing but spaces; `name_too_long` {length, maximum};
 * `name_character` {position, character}; `name_edge_space` {position}; `name_not_nfc` {position,
 * character, nfc}, the first character that NFC joins, moves or replaces, and the form to send;
 * `name_reserved_dots` {name}. Positions are 0-based code points.
 */
export function checkName(text: string): Result<string> {
  if (/^ *$/.test(text)) return refuse("name_empty", {});
  const length = codePointCount(text);
  if (length > maximumNameLength) {
    return refuse("name_too_long", { length, maximum: maximumNameLength });
  }
  const wrong = firstCharacter(text, (character) => unprintable.test(character));
  if (wrong !== null) {
    const character = codePointName(wrong.character);
    return refuse("name_character", { position: wrong.position, character });
  }
  if (text.startsWith(" ")) return refuse("name_edge_space", { position: 0 });
  if (text.endsWith(" ")) return refuse("name_edge_space", { position: length - 1 });
  const nfc = text.normalize("NFC");
  if (nfc !== text) return refuse("name_not_nfc", { ...firstNotNfc(text), nfc });
  if (text === "." || text === "..") return refuse("name_reserved_dots", { name: text });
  return accept(text);
}

function firstNotNfc(text: string): { readonly position: number; readonly character: string } {
  let soFar = "";
  const found = firstCharacter(text, (character) => {
    soFar += character;
    return soFar.normalize("NFC") !== soFar;
  });
  return { position: found?.position ?? 0, character: codePointName(found?.character ?? text) };
}
