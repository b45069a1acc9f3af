import type { Figure } from './figure.ts';

/** Every benchmark by the id of its figure, loaded when it runs. */
export const BENCHMARKS: ReadonlyMap<string, () => Promise<Figure>> = new Map([
  ['wire-receive', async () => (await import('./wire-receive.ts')).wireReceive()],
  ['noise-discrete-gaussian', async () => (await import('./noise.ts')).noiseDiscreteGaussian()],
  ['accountant-pld', async () => (await import('./accountant-pld.ts')).accountantPld()],
  ['kernel-mf-c', async () => (await import('./kernel-mf.ts')).kernelMfC()],
  ['kernel-mf-twin', async () => (await import('./kernel-mf.ts')).kernelMfTwin()],
]);
