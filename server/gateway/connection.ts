import type { Socket } from 'node:net';
import { encodeCoordinatorMessage } from '../../shared/protocol/codec.ts';
import type { Pace } from '../../shared/protocol/messages.ts';
import { REFUSALS, type RefusalCode } from '../../shared/protocol/refusals.ts';
import type { DeviceSocket } from './device-socket.ts';
import type { CompiledGatewayOptions, GatewayLimits } from './options.ts';

/** Bytes of message payloads, all connections together. */
export interface Traffic {
  up: number;
  down: number;
}

/** Who is told of a connection. Does not throw. */
export interface ConnectionHandler {
  received(frame: Uint8Array): void;
  /** The peer broke a rule below the level of messages. */
  broke(code: RefusalCode): void;
  closed(): void;
}

/** Stands in until the owner sets a handler: nothing arrives before that, since sockets speak in later ticks. */
const NOBODY: ConnectionHandler = { received() {}, broke() {}, closed() {} };

/** Refusals are one short sentence, whatever detail they quote. */
const MAX_REFUSAL_LENGTH = 500;

/**
 * One WebSocket: frames both ways, whether the peer is still there, and an end within a deadline. Nothing that a peer
 * does makes it throw.
 *
 * A peer is there while it answers pings. Pongs cannot pass a frame that is half sent, so a peer whose bytes arrive fast
 * enough is there too; and it gets the time that the bytes on their way to it, ahead of the ping, take at that speed.
 */
export class Connection {
  handler = NOBODY;
  readonly #socket: DeviceSocket;
  readonly #tcp: Socket;
  readonly #limits: GatewayLimits;
  readonly #pace: Pace;
  readonly #traffic: Traffic;
  #open = true;
  #sentBytes = 0;
  /** Of the bytes sent, those that the peer has taken: it answered a ping sent after them. */
  #takenBytes = 0;
  /** What was sent before the ping that is out; undefined: none is. */
  #pingedAtBytes: number | undefined;
  /** How long nothing was heard since the ping that is out, as of the last beat. */
  #silentMs = 0;
  #beatAtMs = performance.now();
  #bytesReadAtBeat: number;
  #pingsSinceBeat = 0;

  constructor(socket: DeviceSocket, tcp: Socket, { limits, pace }: CompiledGatewayOptions, traffic: Traffic) {
    this.#socket = socket;
    this.#tcp = tcp;
    this.#limits = limits;
    this.#pace = pace;
    this.#traffic = traffic;
    this.#bytesReadAtBeat = tcp.bytesRead;
    socket.onFrameFault = code => this.handler.broke(code);
    // Messages come as one Buffer each: the default binaryType of ws.
    socket.on('message', (data, isBinary) => this.#receive(data as Buffer, isBinary));
    socket.on('ping', () => this.#countPing());
    socket.on('pong', () => this.#pong());
    // ws closes the socket after an error; faults in framing were told through onFrameFault.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#open = false;
      this.handler.closed();
    });
  }

  /** Bytes sent that this process still holds because the peer has not read them. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array): void {
    if (!this.#open) return;
    this.#sentBytes += frame.length;
    this.#traffic.down += frame.length;
    this.#socket.send(frame, { binary: true }, () => {});
  }

  /** Says why, and when to come back if that makes sense, and closes. */
  refuse(code: RefusalCode, message: string = REFUSALS[code].message): void {
    if (!this.#open) return;
    const text = message.slice(0, MAX_REFUSAL_LENGTH);
    const retryAfterMs = retryAfter(code, this.#pace);
    this.send(encodeCoordinatorMessage({ type: 'refusal', code, message: text, retryAfterMs }));
    this.#end(REFUSALS[code].status, code, this.#limits.closeTimeoutMs);
  }

  /** Closes normally, once the peer has taken what was sent, or was too slow for it. */
  close(reason: string): void {
    if (this.#open) this.#end(1000, reason, this.#limits.closeTimeoutMs + this.#deliveryMs());
  }

  /** Ends the connection at once, without a word. */
  destroy(): void {
    this.#tcp.destroy();
  }

  /**
   * To be called every `heartbeatMs`: pings the peer, or finds that it is gone or too slow to count as there. A beat that
   * comes late counts as one: this process was busy then, and what the peer said meanwhile is still to be read.
   */
  beat(): void {
    const nowMs = performance.now();
    const { heartbeatMs, minBytesPerSecond } = this.#limits;
    const elapsedMs = Math.min(nowMs - this.#beatAtMs, heartbeatMs);
    const readBytes = this.#tcp.bytesRead - this.#bytesReadAtBeat;
    this.#beatAtMs = nowMs;
    this.#bytesReadAtBeat = this.#tcp.bytesRead;
    this.#pingsSinceBeat = 0;
    if (!this.#open) return;
    this.#silentMs = 1000 * readBytes < minBytesPerSecond * elapsedMs ? this.#silentMs + elapsedMs : 0;
    if (this.#silentMs > heartbeatMs + this.#deliveryMs(this.#pingedAtBytes)) {
      this.handler.broke('unresponsive');
    } else if (this.#pingedAtBytes === undefined) {
      this.#pingedAtBytes = this.#sentBytes;
      this.#silentMs = 0;
      this.#socket.ping();
    }
  }

  #receive(frame: Uint8Array, isBinary: boolean): void {
    if (!this.#open) return;
    this.#silentMs = 0;
    this.#traffic.up += frame.length;
    if (isBinary) this.handler.received(frame);
    else this.handler.broke('malformed');
  }

  #pong(): void {
    this.#silentMs = 0;
    if (this.#pingedAtBytes === undefined) this.#countPing();
    else this.#takenBytes = this.#pingedAtBytes;
    this.#pingedAtBytes = undefined;
  }

  #countPing(): void {
    if (this.#open && ++this.#pingsSinceBeat > this.#limits.maxPingsPerHeartbeat)
      this.handler.broke('too_many_messages');
  }

  /** How long the bytes on their way take at the least speed that is borne; of those sent, the first so many. */
  #deliveryMs(bytes = this.#sentBytes): number {
    return (1000 * (bytes - this.#takenBytes)) / this.#limits.minBytesPerSecond;
  }

  #end(status: number, reason: string, deadlineMs: number): void {
    this.#open = false;
    this.#socket.close(status, reason);
    const timer = setTimeout(() => this.#tcp.destroy(), deadlineMs);
    this.#socket.once('close', () => clearTimeout(timer));
  }
}

/** When trying again makes sense; undefined: not before something changed. */
function retryAfter(code: RefusalCode, pace: Pace): number | undefined {
  if (code === 'shutting_down') return pace.reconnectMinMs;
  return code === 'too_many_connections' || code === 'internal' ? pace.reconnectMaxMs : undefined;
}
