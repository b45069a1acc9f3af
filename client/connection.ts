import { decodeCoordinatorMessage, encodeDeviceMessage } from '../shared/protocol/codec.ts';
import type { CoordinatorMessage, DeviceMessage } from '../shared/protocol/messages.ts';
import { ProtocolError } from '../shared/protocol/protocol-error.ts';
import type { Clock } from './clock.ts';
import { ConnectionLostError } from './errors.ts';
import type { DeviceLimits } from './limits.ts';

/** As much of a WebSocket as the device uses: a browser's has it, and so has that of the package ws. */
export interface Socket {
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void;
}

export type SocketConstructor = new (url: string) => Socket;

/** What a connection tells. Nothing more comes after `lost`, nor after `Connection.close`. */
export interface ConnectionHandler {
  opened(): void;
  received(message: CoordinatorMessage): void;
  /** It could not be made, it ended, or what came over it was not a message: then the cause is a ProtocolError. */
  lost(cause: Error): void;
}

const NORMAL_CLOSURE = 1000;

/** One WebSocket that speaks messages. */
export class Connection {
  readonly #socket: Socket;
  readonly #handler: ConnectionHandler;
  readonly #limits: DeviceLimits;
  readonly #cancelTimeout: () => void;
  #over = false;

  constructor(
    url: string,
    WebSocket: SocketConstructor,
    handler: ConnectionHandler,
    limits: DeviceLimits,
    clock: Clock,
  ) {
    const { connectTimeoutMs } = limits;
    this.#handler = handler;
    this.#limits = limits;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
    this.#cancelTimeout = clock.setTimer(connectTimeoutMs, () =>
      this.#lose(new ConnectionLostError(`No connection came about within ${connectTimeoutMs} ms.`)),
    );
    this.#socket.addEventListener('open', () => this.#opened());
    this.#socket.addEventListener('message', ({ data }) => this.#received(data));
    this.#socket.addEventListener('close', ({ code }) =>
      this.#lose(new ConnectionLostError(`The connection closed (${code}).`)),
    );
    // A close event follows. Without a listener, ws would end the process.
    this.#socket.addEventListener('error', () => {});
  }

  send(message: DeviceMessage): void {
    this.#socket.send(encodeDeviceMessage(message));
  }

  /** Ends the connection; the handler hears nothing more. */
  close(status = NORMAL_CLOSURE): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelTimeout();
    this.#socket.close(status);
  }

  #opened(): void {
    if (this.#over) return;
    this.#cancelTimeout();
    this.#handler.opened();
  }

  #received(data: unknown): void {
    if (this.#over) return;
    let message: CoordinatorMessage;
    try {
      if (!(data instanceof ArrayBuffer)) throw new ProtocolError('malformed', 'The frame is text.');
      message = decodeCoordinatorMessage(new Uint8Array(data), this.#limits);
    } catch (error) {
      this.#lose(error as ProtocolError);
      return;
    }
    this.#handler.received(message);
  }

  #lose(cause: Error): void {
    if (this.#over) return;
    this.close(cause instanceof ProtocolError ? cause.status : NORMAL_CLOSURE);
    this.#handler.lost(cause);
  }
}
