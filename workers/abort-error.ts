/** What a slot supplier must throw when its reservation is called off. */
export class AbortError extends Error {
  constructor() {
    super('The reservation was called off.');
    this.name = 'AbortError';
  }
}
