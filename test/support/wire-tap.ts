import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** All bytes of one connection, by direction, as they crossed the wire: HTTP upgrade and WebSocket frames. */
export interface TappedConnection {
  readonly up: Uint8Array;
  readonly down: Uint8Array;
}

/** A TCP relay in front of a coordinator that keeps every byte of every connection. */
export class WireTap {
  readonly url: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #sockets = new Set<Socket>();
  readonly #recorded: { up: Buffer[]; down: Buffer[] }[] = [];

  private constructor(server: ReturnType<typeof createServer>, target: URL) {
    this.#server = server;
    this.url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`;
    server.on('connection', device => {
      const coordinator = connect(Number(target.port), target.hostname);
      const record = { up: [] as Buffer[], down: [] as Buffer[] };
      this.#recorded.push(record);
      relay(device, coordinator, record.up);
      relay(coordinator, device, record.down);
      for (const socket of [device, coordinator]) {
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
      }
    });
  }

  static async inFrontOf(url: string): Promise<WireTap> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WireTap(server, new URL(url));
  }

  get connections(): TappedConnection[] {
    return this.#recorded.map(({ up, down }) => ({ up: Buffer.concat(up), down: Buffer.concat(down) }));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

function relay(from: Socket, to: Socket, record: Buffer[]): void {
  from.on('data', chunk => {
    record.push(chunk);
    to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  from.on('close', () => to.destroy());
}

const BINARY = 2;
const CONTINUATION = 0;

/** The binary messages in a tapped direction, unmasked and put together (RFC 6455, section 5.2). */
export function webSocketMessages(bytes: Uint8Array): Uint8Array[] {
  const buffer = Buffer.from(bytes);
  const messages: Uint8Array[] = [];
  let fragments: Uint8Array[] = [];
  let at = buffer.indexOf('\r\n\r\n') + 4;
  while (at < buffer.length) {
    const [first, second] = [buffer[at]!, buffer[at + 1]!];
    at += 2;
    let length = second & 0x7f;
    if (length === 126) {
      length = buffer.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(buffer.readBigUInt64BE(at));
      at += 8;
    }
    const mask = (second & 0x80) === 0 ? undefined : buffer.subarray(at, at + 4);
    if (mask !== undefined) at += 4;
    const payload = Uint8Array.from(buffer.subarray(at, at + length), (byte, k) => byte ^ (mask?.[k & 3] ?? 0));
    at += length;
    const opcode = first & 0x0f;
    if (opcode !== BINARY && opcode !== CONTINUATION) continue;
    fragments.push(payload);
    if ((first & 0x80) === 0) continue;
    messages.push(Buffer.concat(fragments));
    fragments = [];
  }
  return messages;
}
