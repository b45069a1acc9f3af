import { describe, expect, it } from 'vitest';
import { Heap } from '../../../shared/kernels/heap.ts';
import { twinKernels, wasmKernels } from '../../../shared/kernels/kernels.ts';
import { kernelMfC, kernelMfTwin } from '../../../simulations/bench/kernel-mf.ts';
import { MfWorkload } from '../../../simulations/bench/kernel-mf-workload.ts';

describe('the benchmark of the mf kernel', () => {
  it('has WebAssembly and its twin do the same work', () => {
    const [wasm, twin] = [wasmKernels(), twinKernels()].map(kernels => new MfWorkload(new Heap(kernels), 2));
    wasm!.run();
    twin!.run();
    expect(wasm!.results()).toEqual(twin!.results());
    expect(wasm!.results().every(value => value !== 0 && Math.abs(value) < 10)).toBe(true);
  });

  it('compares it with a C program that computes the same, if there is a compiler', () => {
    const { id, value, rival, ratio, note } = kernelMfC(1);
    expect(id).toBe('kernel-mf-c');
    expect(value).toBeGreaterThan(0);
    if (rival === undefined) expect(note).toMatch('gcc is not there');
    else expect(ratio).toBe(value / rival);
  });

  it('compares it with its twin', () => {
    const { value, rival, ratio } = kernelMfTwin(1);
    expect(ratio).toBe(value / rival!);
  });
});
