/** What the author of a command must write otherwise, as a sentence for a terminal. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}
