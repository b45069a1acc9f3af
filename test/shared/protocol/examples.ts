import type { CoordinatorMessage, DeviceMessage } from '../../../shared/protocol/messages.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.ts';
import { bytesOfInt32 } from '../../../shared/protocol/tensor.ts';

const MODEL = 'a1'.repeat(32);
const CATALOGUE = 'b2'.repeat(32);

/** One message of each kind a device sends, by name. The frozen bytes are in test/fixtures/wire/v2.json. */
export const DEVICE_EXAMPLES: Readonly<Record<DeviceMessage['type'], DeviceMessage>> = {
  hello: { type: 'hello', protocol: PROTOCOL_VERSION, device: 'shopper-17', holds: [CATALOGUE] },
  contribution: {
    type: 'contribution',
    round: 3,
    model: MODEL,
    dtype: 'int32',
    shape: [5],
    data: bytesOfInt32(Int32Array.of(0, 1, -1, 2 ** 30, -(2 ** 30))),
  },
  decline: { type: 'decline', round: 300, reason: 'unwilling' },
};

/** One message of each kind a coordinator sends. */
export const COORDINATOR_EXAMPLES: Readonly<Record<CoordinatorMessage['type'], CoordinatorMessage>> = {
  welcome: {
    type: 'welcome',
    protocol: PROTOCOL_VERSION,
    run: 'run-1',
    learner: { name: 'mf', options: { dimension: 16, loss: 'bpr', optimiser: { name: 'adam', betas: [0.9, 0.999] } } },
    catalogue: CATALOGUE,
    pace: { reconnectMinMs: 500, reconnectMaxMs: 60000 },
  },
  blob: { type: 'blob', kind: 'catalogue', hash: CATALOGUE, data: new TextEncoder().encode('{"items":[]}') },
  task: {
    type: 'task',
    round: 3,
    model: MODEL,
    plan: { phase: 'train', length: 5, clipNorm: Math.SQRT2, parameters: { learningRate: 0.05, seed: 4294967296 } },
    protection: { gridSteps: 1024, noiseSteps: 2.5, clipFlagSteps: 3, release: 6, minSeparation: 4 },
    timeLeftMs: 30000,
  },
  receipt: { type: 'receipt', round: 3, outcome: 'counted' },
  released: { type: 'released', round: 3, reason: 'enough' },
  finished: { type: 'finished', model: MODEL },
  refusal: { type: 'refusal', code: 'shutting_down', message: 'The coordinator is stopping.', retryAfterMs: 1500 },
};
