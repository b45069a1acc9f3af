/** 64 KB, as WebAssembly counts its memory. */
const PAGE_BYTES = 65_536;

/** Every block begins at a multiple of it, as a SIMD load likes. */
const ALIGNMENT = 16;

/** What a twin computes in: one buffer that grows by being replaced, as that of WebAssembly does. */
export class TwinMemory {
  buffer = new ArrayBuffer(PAGE_BYTES);
  i32 = new Int32Array(this.buffer);
  f32 = new Float32Array(this.buffer);
  f64 = new Float64Array(this.buffer);
  /** Address 0 stays empty. */
  #end = ALIGNMENT;
  readonly #sizes = new Map<number, number>();
  /** Released blocks by size; a block is only reused for the same size. */
  readonly #free = new Map<number, number[]>();

  allocate(bytes: number): number {
    const size = Math.ceil(Math.max(1, bytes) / ALIGNMENT) * ALIGNMENT;
    const pointer = this.#free.get(size)?.pop() ?? this.#extend(size);
    this.#sizes.set(pointer, size);
    return pointer;
  }

  release(pointer: number): void {
    const size = this.#sizes.get(pointer)!;
    this.#sizes.delete(pointer);
    const blocks = this.#free.get(size);
    if (blocks === undefined) this.#free.set(size, [pointer]);
    else blocks.push(pointer);
  }

  #extend(size: number): number {
    const pointer = this.#end;
    this.#end += size;
    if (this.#end > this.buffer.byteLength) this.#grow();
    return pointer;
  }

  #grow(): void {
    const bytes = Math.max(2 * this.buffer.byteLength, Math.ceil(this.#end / PAGE_BYTES) * PAGE_BYTES);
    const larger = new ArrayBuffer(bytes);
    new Uint8Array(larger).set(new Uint8Array(this.buffer));
    this.buffer = larger;
    this.i32 = new Int32Array(larger);
    this.f32 = new Float32Array(larger);
    this.f64 = new Float64Array(larger);
  }
}
