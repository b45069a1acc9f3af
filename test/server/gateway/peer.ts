import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { toDense } from '../../../shared/aggregation/contribution.ts';
import { Catalogue } from '../../../shared/catalogue.ts';
import { historyOf } from '../../../shared/history.ts';
import type { Learner } from '../../../shared/learners/learner.ts';
import { bound } from '../../../shared/privacy/bound.ts';
import { decodeCoordinatorMessage, encodeDeviceMessage } from '../../../shared/protocol/codec.ts';
import type { CoordinatorMessage, DeviceMessage, TaskMessage } from '../../../shared/protocol/messages.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.ts';
import { bytesOfInt32 } from '../../../shared/protocol/tensor.ts';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { decodeSafetensors } from '../../../shared/safetensors.ts';

type Kind = CoordinatorMessage['type'];
export type MessageOf<Type extends Kind> = Extract<CoordinatorMessage, { type: Type }>;

/** How a connection ended, and what the coordinator said last. */
export interface Ending {
  readonly status: number;
  readonly refusal: MessageOf<'refusal'> | undefined;
}

/** One end of the wire, played by a script: says what the test says, and hands out what it hears in order. */
export class Peer {
  readonly socket: WebSocket;
  /** The connection below, for bytes that no WebSocket would send. */
  readonly tcp: Socket;
  /** Everything heard so far. */
  readonly heard: CoordinatorMessage[] = [];
  readonly ended: Promise<Ending>;
  readonly #unread: CoordinatorMessage[] = [];
  readonly #opened: Promise<void>;
  #wake = (): void => {};
  #ending: Ending | undefined;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.tcp = connect(Number(port), hostname);
    this.socket = new WebSocket(url, { perMessageDeflate: false, createConnection: () => this.tcp });
    this.socket.on('error', () => {});
    this.#opened = new Promise(resolve => this.socket.once('open', resolve));
    this.socket.on('message', data => {
      const message = decodeCoordinatorMessage(data as Buffer);
      this.heard.push(message);
      this.#unread.push(message);
      this.#wake();
    });
    this.ended = new Promise(resolve =>
      this.socket.on('close', status => {
        this.#ending = { status, refusal: this.heard.findLast(message => message.type === 'refusal') };
        this.#wake();
        resolve(this.#ending);
      }),
    );
  }

  static async open(url: string): Promise<Peer> {
    const peer = new Peer(url);
    await peer.#opened;
    return peer;
  }

  /** A device past its welcome. */
  static async join(url: string, device: string, holds: readonly string[] = []): Promise<Peer> {
    const peer = await Peer.open(url);
    peer.say({ type: 'hello', protocol: PROTOCOL_VERSION, device, holds });
    await peer.hear('welcome');
    return peer;
  }

  say(message: DeviceMessage): void {
    this.socket.send(encodeDeviceMessage(message));
  }

  /** The next message of these types; those before it are passed over. Fails if the connection ends first. */
  async hear<Type extends Kind>(...types: readonly Type[]): Promise<MessageOf<Type>> {
    for (;;) {
      const message = this.#unread.shift();
      if (types.includes(message?.type as Type)) return message as MessageOf<Type>;
      if (message !== undefined) continue;
      if (this.#ending !== undefined) {
        throw new Error(`Closed with ${this.#ending.status} ${this.#ending.refusal?.code} before any ${types.join()}.`);
      }
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
  }

  /** Answers a task with a vector on the grid. */
  contribute({ round, model }: Pick<TaskMessage, 'round' | 'model'>, vector: Int32Array): void {
    this.say({
      type: 'contribution',
      round,
      model,
      dtype: 'int32',
      shape: [vector.length],
      data: bytesOfInt32(vector),
    });
  }

  close(): void {
    this.socket.close();
  }
}

export const CATALOGUE = new Catalogue(['bread', 'milk', 'tea', 'soap', 'salt'].map(id => ({ id })));

/** A device that follows the protocol until training is over. Resolves to the outcomes of its contributions. */
export async function honestDevice(
  url: string,
  device: string,
  learner: Learner,
  items: readonly string[],
): Promise<{ peer: Peer; outcomes: string[] }> {
  const peer = await Peer.join(url, device);
  const history = historyOf(
    items.map((item, at) => ({ item, at })),
    CATALOGUE,
  );
  const outcomes: string[] = [];
  for (;;) {
    const task = await peer.hear('task', 'finished');
    if (task.type === 'finished') return { peer, outcomes };
    const model = decodeSafetensors(peer.heard.findLast(message => message.type === 'blob')!.data);
    const data = { history, personal: new Float32Array() };
    const contribution = learner.contribute(task.plan, model, data, seededRandom(1, task.round, device));
    peer.contribute(task, toDense(bound(contribution, task.plan.clipNorm)));
    outcomes.push((await peer.hear('receipt')).outcome);
  }
}
