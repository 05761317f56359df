/** How the key of a sequence reads. */
export const sequenceKeyShape = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What `sequenceKeyShape` asks for, to stand behind the name of a field. */
export const sequenceKeyRule =
  "must be 1 to 64 letters, digits, dots, underscores and hyphens, and begin with a letter or digit.";
