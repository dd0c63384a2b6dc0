/** A reason why the stack cannot start or go on. The message is the sentence that a user reads: cause and way out. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
