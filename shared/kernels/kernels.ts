import { type CholeskyKernels, choleskyTwin } from './twin/cholesky.ts';
import { type EigenKernels, eigenTwin } from './twin/eigen.ts';
import { type GramKernels, gramTwin } from './twin/gram.ts';
import { TwinMemory } from './twin/memory.ts';
import { type MfNewtonKernels, mfNewtonTwin } from './twin/mf-newton.ts';
import { type MfSgdKernels, mfSgdTwin } from './twin/mf-sgd.ts';
import { type PairKernels, pairTwin } from './twin/pairs.ts';
import { type ProductKernels, productTwin } from './twin/product.ts';
import { type ProjectKernels, projectTwin } from './twin/project.ts';
import { type RandomKernels, randomTwin } from './twin/random.ts';
import { type SampleKernels, sampleTwin } from './twin/sample.ts';
import { type ScoreKernels, scoreTwin } from './twin/score.ts';
import { type SumKernels, sumTwin } from './twin/sum.ts';
import { type TallKernels, tallTwin } from './twin/tall.ts';
import { WASM_BASE64 } from './wasm.generated.ts';

interface MemoryKernels {
  /** Its buffer is replaced when it grows, which detaches views of it: see Heap. */
  readonly memory: { readonly buffer: ArrayBuffer };
  /** A block of memory, at a multiple of 16; not cleared. */
  allocate(bytes: number): number;
  release(pointer: number): void;
}

/**
 * The hot loops. They are there twice, in WebAssembly (`assembly/`) and in plain TypeScript (`twin/`), and both give the
 * same bits: each kernel fixes the order of its additions, and uses no operation that an engine may round its own way. So a
 * device whose page forbids WebAssembly contributes what any other would.
 */
export interface Kernels
  extends MemoryKernels,
    CholeskyKernels,
    EigenKernels,
    GramKernels,
    MfNewtonKernels,
    MfSgdKernels,
    PairKernels,
    ProductKernels,
    ProjectKernels,
    RandomKernels,
    SampleKernels,
    ScoreKernels,
    SumKernels,
    TallKernels {}

/** @throws what the engine throws where it has no WebAssembly SIMD, or a page's security policy forbids it. */
export function wasmKernels(): Kernels {
  compiled ??= new engine.WebAssembly.Module(Uint8Array.from(atob(WASM_BASE64), character => character.charCodeAt(0)));
  const { exports } = new engine.WebAssembly.Instance(compiled, {});
  // WebAssembly's addresses come out signed.
  return { ...exports, allocate: bytes => exports.allocate(bytes) >>> 0 };
}

export function twinKernels(): Kernels {
  const memory = new TwinMemory();
  const cholesky = choleskyTwin(memory);
  return {
    memory,
    allocate: bytes => memory.allocate(bytes),
    release: pointer => memory.release(pointer),
    ...cholesky,
    ...eigenTwin(memory),
    ...gramTwin(memory),
    ...pairTwin(memory),
    ...productTwin(memory),
    ...mfNewtonTwin(memory, cholesky),
    ...mfSgdTwin(memory),
    ...projectTwin(memory),
    ...randomTwin(memory),
    ...sampleTwin(memory),
    ...scoreTwin(memory),
    ...sumTwin(memory),
    ...tallTwin(memory),
  };
}

/** The part of the standard that is used; neither the language's nor Node's types know it. */
const engine = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object, imports: object) => { readonly exports: Kernels };
  };
};
let compiled: object | undefined;
