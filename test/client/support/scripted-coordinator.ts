import type { Socket, SocketConstructor } from '../../../client/connection.ts';
import { decodeDeviceMessage, encodeCoordinatorMessage } from '../../../shared/protocol/codec.ts';
import type { CoordinatorMessage, DeviceMessage } from '../../../shared/protocol/messages.ts';

type Listener = (event: { data: unknown; code: number }) => void;

/** A WebSocket without a network, whose other end is the test. */
export class ScriptedSocket implements Socket {
  binaryType = 'blob';
  /** What the device sent. */
  readonly received: DeviceMessage[] = [];
  /** The status that the device closed with, once it has. */
  closedWith: number | undefined;
  readonly url: string;
  readonly #listeners = new Map<string, Listener>();

  constructor(url: string) {
    this.url = url;
  }

  addEventListener(type: string, listener: Listener | (() => void)): void {
    this.#listeners.set(type, listener);
  }

  send(data: Uint8Array): void {
    this.received.push(decodeDeviceMessage(data));
  }

  close(status = 1005): void {
    this.closedWith = status;
  }

  open(): void {
    this.#tell('open');
  }

  say(...messages: readonly CoordinatorMessage[]): void {
    for (const message of messages) this.sayBytes(encodeCoordinatorMessage(message));
  }

  sayBytes(bytes: Uint8Array): void {
    this.#tell('message', { data: new Uint8Array(bytes).buffer });
  }

  sayText(data: string): void {
    this.#tell('message', { data });
  }

  /** The other end hangs up, or the network fails. */
  drop(code = 1006): void {
    this.#tell('error');
    this.#tell('close', { code });
  }

  #tell(type: string, event: { data?: unknown; code?: number } = {}): void {
    this.#listeners.get(type)?.({ data: undefined, code: 0, ...event });
  }
}

/** The sockets that a device opens, one after another. */
export class ScriptedCoordinator {
  readonly sockets: ScriptedSocket[] = [];
  readonly WebSocket: SocketConstructor;

  constructor() {
    const { sockets } = this;
    this.WebSocket = class extends ScriptedSocket {
      constructor(url: string) {
        super(url);
        sockets.push(this);
      }
    };
  }

  /** The connection that the device opened last. */
  get socket(): ScriptedSocket {
    return this.sockets.at(-1)!;
  }
}
