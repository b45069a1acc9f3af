/** A typed array that grows as numbers are added. */
export class Growable<A extends Int32Array | Float32Array | Float64Array> {
  #values: A;
  #length = 0;
  readonly #type: new (
    length: number,
  ) => A;

  constructor(type: new (length: number) => A) {
    this.#type = type;
    this.#values = new type(1 << 10);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new this.#type(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A view of what was added so far. */
  values(): A {
    return this.#values.subarray(0, this.#length) as A;
  }
}
