import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { WebSocketServer } from 'ws';
import { systemClock } from '../../server/clock.ts';
import type { DeviceEvents, Task } from '../../server/fleet.ts';
import { Gateway } from '../../server/gateway/gateway.ts';
import { IntegerSum, MAX_COORDINATE } from '../../shared/aggregation/integer-sum.ts';
import { Catalogue } from '../../shared/catalogue.ts';
import { contentHash } from '../../shared/hash.ts';
import { Model } from '../../shared/model.ts';
import { CLIPPED } from '../../shared/privacy/protection.ts';
import { encodeDeviceMessage } from '../../shared/protocol/codec.ts';
import { contributionFrameBytes } from '../../shared/protocol/limits.ts';
import { bytesOfInt32 } from '../../shared/protocol/tensor.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { encodeSafetensors } from '../../shared/safetensors.ts';
import { type Figure, median } from './figure.ts';
import type { SendOrder } from './wire-sender.ts';

export interface WireReceiveOptions {
  readonly connections: number;
  /** Numbers in a contribution. */
  readonly length: number;
  readonly repetitions: number;
  /** How long each server is measured in each repetition. */
  readonly measureMs: number;
}

export const WIRE_RECEIVE_DEFAULTS: WireReceiveOptions = Object.freeze({
  connections: 20,
  /** Item vectors of 32 numbers for MovieLens-1M's 3,706 items: 474 KB. */
  length: 3_706 * 32,
  repetitions: 11,
  measureMs: 500,
});

/** Messages of each connection before the clock runs, so that code is compiled and buffers have grown. */
const WARM_UP = 10;

/**
 * How many contributions a second the gateway takes in, each one decoded, checked, added to the sum and answered with a
 * receipt and the next task, against how many messages of the same bytes a bare ws server receives and drops. Both run
 * in this process, turn about; a process of its own sends to both whenever there is room. The medians are compared.
 */
export async function wireReceive(options: Partial<WireReceiveOptions> = {}): Promise<Figure> {
  const settings = { ...WIRE_RECEIVE_DEFAULTS, ...options };
  const extension = extname(import.meta.url);
  const sender = fork(new URL(`./wire-sender${extension}`, import.meta.url), {
    execArgv: extension === '.ts' ? ['--import', import.meta.resolve('tsx')] : [],
    serialization: 'advanced',
  });
  const task = benchmarkTask(settings.length);
  const payload = contributionTo(task, settings.length);
  try {
    const rates: number[] = [];
    const rivals: number[] = [];
    for (let repetition = 0; repetition < settings.repetitions; repetition++) {
      rivals.push(await bareRate(sender, payload, settings));
      rates.push(await gatewayRate(sender, payload, task, settings));
    }
    const [value, rival] = [median(rates), median(rivals)];
    return { id: 'wire-receive', value, unit: 'contributions/s', rival, ratio: value / rival };
  } finally {
    const exited = once(sender, 'exit');
    sender.send('stop');
    await exited;
  }
}

async function bareRate(sender: ChildProcess, payload: Uint8Array, settings: WireReceiveOptions): Promise<number> {
  const maxPayload = contributionFrameBytes(settings.length);
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, maxPayload });
  await once(server, 'listening');
  const meter = new Meter(settings);
  server.on('connection', socket => {
    socket.on('error', () => {});
    socket.on('message', () => meter.count());
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sender.send({ url, connections: settings.connections, payload, joins: false } satisfies SendOrder);
  const rate = await meter.rate;
  for (const client of server.clients) client.terminate();
  server.close();
  await once(server, 'close');
  return rate;
}

async function gatewayRate(
  sender: ChildProcess,
  payload: Uint8Array,
  task: Task,
  settings: WireReceiveOptions,
): Promise<number> {
  const gateway = new Gateway({
    run: 'benchmark',
    learner: { name: 'benchmark', options: {} },
    catalogue: new Catalogue([{ id: 'item' }]),
    port: 0,
    // A device may answer a task as often as it likes, so that senders never wait for the next one.
    limits: { maxFrameBytes: contributionFrameBytes(settings.length), maxAnswersPerTask: 2 ** 31, closeTimeoutMs: 100 },
  });
  const meter = new Meter(settings);
  const sum = new IntegerSum(settings.length);
  const events: DeviceEvents = {
    readyChanged: () => gateway.ask(gateway.ready(), task),
    contributed: (device, { round, vector }) => {
      sum.add(vector);
      gateway.receipt(device, round, 'counted');
      meter.count();
    },
    declined: () => {},
    left: () => {},
  };
  const url = await gateway.listen(events);
  sender.send({ url, connections: settings.connections, payload, joins: true } satisfies SendOrder);
  const rate = await meter.rate;
  await gateway.close();
  return rate;
}

/** Counts messages a second, after the warm-up. */
class Meter {
  readonly rate: Promise<number>;
  readonly #settings: WireReceiveOptions;
  readonly #resolve: (rate: number) => void;
  #messages = 0;
  #startedAtMs = 0;

  constructor(settings: WireReceiveOptions) {
    this.#settings = settings;
    let resolve!: (rate: number) => void;
    this.rate = new Promise(onRate => {
      resolve = onRate;
    });
    this.#resolve = resolve;
  }

  count(): void {
    const { connections, measureMs } = this.#settings;
    const counted = ++this.#messages - WARM_UP * connections;
    const nowMs = performance.now();
    if (counted === 0) this.#startedAtMs = nowMs;
    const elapsedMs = nowMs - this.#startedAtMs;
    if (counted > 0 && elapsedMs >= measureMs) this.#resolve((1000 * counted) / elapsedMs);
  }
}

function benchmarkTask(length: number): Task {
  const model = new Model([{ name: 'model', shape: [1] }]);
  const bytes = encodeSafetensors(model);
  return {
    round: 1,
    plan: { phase: 'benchmark', length, clipNorm: 1, parameters: {} },
    published: { model, bytes, hash: contentHash(bytes) },
    protection: CLIPPED,
    deadlineAtMs: systemClock.now() + 3_600_000,
  };
}

/** Values of every size, together within the bound. */
function contributionTo({ round, published }: Task, length: number): Uint8Array {
  const random = seededRandom(1, 'wire-receive');
  const largest = Math.floor(MAX_COORDINATE / Math.sqrt(length));
  const vector = Int32Array.from({ length }, () => random.below(2 * largest + 1) - largest);
  const data = bytesOfInt32(vector);
  return encodeDeviceMessage({
    type: 'contribution',
    round,
    model: published.hash,
    dtype: 'int32',
    shape: [length],
    data,
  });
}
