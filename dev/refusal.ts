/** Something the user can mend: its message is all there is to say, a stack trace adds nothing. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
