/**
 * Why a coordinator closes a connection. The codes are stable; each comes with a WebSocket close status
 * (RFC 6455, section 7.4: 4000 to 4999 are the application's) and one sentence that says what to do.
 */
export const REFUSALS = {
  malformed: { status: 4000, message: 'A frame was not a valid message of this protocol. Update the device software.' },
  unsupported_version: {
    status: 4001,
    message: 'This protocol version is not spoken here. Update the device software.',
  },
  too_large: { status: 4002, message: 'A frame was larger than the limit. Send only what the plan asks for.' },
  unexpected: {
    status: 4003,
    message: 'This message does not fit the state of the session. Follow the protocol in docs/protocol.md.',
  },
  wrong_length: {
    status: 4004,
    message: 'The contribution does not have the length of the plan. Send one value a coordinate.',
  },
  unbounded: { status: 4005, message: 'The contribution exceeds the clip norm of the plan. Clip it before sending.' },
  hello_timeout: { status: 4006, message: 'No hello came in time. Send it right after connecting.' },
  unresponsive: {
    status: 4007,
    message: 'The connection stopped answering or sent too slowly. Reconnect when the network is better.',
  },
  too_many_connections: { status: 4008, message: 'The coordinator is full. Come back after the given time.' },
  replaced: { status: 4009, message: 'The same device connected again, and the newer connection stays.' },
  too_many_messages: { status: 4010, message: 'The device sends more messages than it was asked for. Wait for tasks.' },
  shutting_down: { status: 4011, message: 'The coordinator is stopping. Come back after the given time.' },
  internal: { status: 4012, message: 'The coordinator failed on this connection. Come back after the given time.' },
} as const satisfies Record<string, { status: number; message: string }>;

export type RefusalCode = keyof typeof REFUSALS;
