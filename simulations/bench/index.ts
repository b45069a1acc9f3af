import type { Figure } from './figure.ts';

/** Every benchmark by the id of its figure, loaded when it runs. */
export const BENCHMARKS: ReadonlyMap<string, () => Promise<Figure>> = new Map([
  ['wire-receive', async () => (await import('./wire-receive.ts')).wireReceive()],
  ['noise-discrete-gaussian', async () => (await import('./noise.ts')).noiseDiscreteGaussian()],
  ['accountant-pld', async () => (await import('./accountant-pld.ts')).accountantPld()],
  ['kernel-mf-c', async () => (await import('./kernel-mf.ts')).kernelMfC()],
  ['kernel-mf-twin', async () => (await import('./kernel-mf.ts')).kernelMfTwin()],
  ['kernel-product', async () => (await import('./ease.ts')).kernelProduct()],
  ['ease', async () => (await import('./ease.ts')).ease()],
  ['round-mf', async () => (await import('./rounds.ts')).roundMf()],
  ['round-mf-tfjs', async () => (await import('./round-mf-tfjs.ts')).roundMfTfjs()],
  ['round-popularity', async () => (await import('./rounds.ts')).roundPopularity()],
  ['population-memory', async () => (await import('./population.ts')).populationMemory()],
  ['population-cohort', async () => (await import('./population.ts')).populationCohort()],
  ['evaluation', async () => (await import('./evaluation.ts')).evaluation()],
  ['spectral', async () => (await import('./spectral.ts')).spectral()],
  ['ials', async () => (await import('./ials.ts')).ials()],
  ['virtual-time', async () => (await import('./virtual-time.ts')).virtualTime()],
  ['cost-model', async () => (await import('./cost-model.ts')).costModel()],
]);
