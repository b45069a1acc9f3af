import { createRequire } from 'node:module';
import { SettingsError } from '../../shared/errors.ts';
import type { Tf } from '../../shared/learners/tfjs/index.ts';

/** The backends of tfjs, in the order of preference: tfjs-node where it is installed, WebAssembly, plain JavaScript. */
export const TFJS_BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const;
export type TfjsBackend = (typeof TFJS_BACKENDS)[number];

/** tfjs on a backend. The figures of one seed are the same on one backend, and differ in the last digits between them. */
export interface LoadedTfjs {
  readonly tf: Tf;
  readonly backend: TfjsBackend;
}

/**
 * tfjs on the first of the backends that comes up.
 *
 * @throws SettingsError if none does.
 */
export async function loadTfjs(backends: readonly TfjsBackend[] = TFJS_BACKENDS): Promise<LoadedTfjs> {
  const { default: tf } = await import('@tensorflow/tfjs');
  tf.enableProdMode();
  const problems: string[] = [];
  for (const backend of backends) {
    try {
      await REGISTER[backend]();
      if (await tf.setBackend(backend)) return { tf, backend };
      problems.push(`${backend}: does not start`);
    } catch (error) {
      problems.push(`${backend}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new SettingsError(`No backend of tfjs comes up. Choose another with --backend.\n${problems.join('\n')}`);
}

/** Not written in the import: an optional package, whose types may be missing too. */
const TFJS_NODE: string = '@tensorflow/tfjs-node';

const REGISTER: Record<TfjsBackend, () => Promise<unknown>> = {
  tensorflow: () => {
    // tfjs-node 4.22 calls a function that Node 23 removed.
    const util = createRequire(import.meta.url)('node:util') as { isNullOrUndefined?: (value: unknown) => boolean };
    util.isNullOrUndefined ??= value => value === null || value === undefined;
    // Its greetings; and oneDNN, which makes small operations slower and sums in an order of its own.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
    process.env.TF_ENABLE_ONEDNN_OPTS ??= '0';
    return import(TFJS_NODE);
  },
  wasm: () => import('@tensorflow/tfjs-backend-wasm'),
  // Part of tfjs.
  cpu: () => Promise.resolve(),
};
