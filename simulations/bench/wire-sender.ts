import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { decodeCoordinatorMessage, encodeDeviceMessage } from '../../shared/protocol/codec.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/messages.ts';

/**
 * The sending half of the figure `wire-receive`, a process of its own: sends one masked frame over and over from many
 * connections, whenever there is room and at as little cost as possible, so that the receiving process is measured.
 */
export interface SendOrder {
  readonly url: string;
  readonly connections: number;
  /** The message. */
  readonly payload: Uint8Array;
  /** Whether to say hello and begin with the first task, as devices do, or at once. */
  readonly joins: boolean;
}

let open: WebSocket[] = [];

process.on('message', (order: SendOrder | 'stop') => {
  for (const socket of open) socket.terminate();
  if (order === 'stop') process.disconnect();
  else
    open = Array.from({ length: order.connections }, (_, index) =>
      start(order, `sender-${index}`, frame(order.payload)),
    );
});

function start({ url, joins }: SendOrder, device: string, bytes: Uint8Array): WebSocket {
  const { hostname, port } = new URL(url);
  // The frame is masked once and written below the WebSocket, as often as wanted.
  const tcp: Socket = connect(Number(port), hostname);
  const socket = new WebSocket(url, { perMessageDeflate: false, createConnection: () => tcp });
  const pump = (error?: Error | null): void => {
    if (error == null && !tcp.destroyed) tcp.write(bytes, pump);
  };
  socket.on('error', () => {});
  socket.on('open', () => {
    if (joins) socket.send(encodeDeviceMessage({ type: 'hello', protocol: PROTOCOL_VERSION, device, holds: [] }));
    else pump();
  });
  socket.on('message', function begin(data) {
    if (decodeCoordinatorMessage(data as Buffer).type !== 'task') return;
    socket.off('message', begin);
    pump();
  });
  return socket;
}

/** A binary message as a client sends it (RFC 6455, section 5.2): 64-bit length, a mask that is not zero. */
function frame(payload: Uint8Array): Uint8Array {
  const mask = Uint8Array.of(0x9d, 0x27, 0xe4, 0x51);
  const header = new Uint8Array(14);
  header.set([0x82, 0xff]);
  new DataView(header.buffer).setBigUint64(2, BigInt(payload.length));
  header.set(mask, 10);
  return Buffer.concat([header, payload.map((byte, index) => byte ^ mask[index & 3]!)]);
}
