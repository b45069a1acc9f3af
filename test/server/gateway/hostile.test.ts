import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { GatewayLimits } from '../../../server/gateway/options.ts';
import { dense } from '../../../shared/aggregation/contribution.ts';
import { MAX_COORDINATE } from '../../../shared/aggregation/integer-sum.ts';
import { isBounded } from '../../../shared/privacy/bound.ts';
import { encodeDeviceMessage } from '../../../shared/protocol/codec.ts';
import { contributionFrameBytes } from '../../../shared/protocol/limits.ts';
import type { DeviceMessage } from '../../../shared/protocol/messages.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.ts';
import { REFUSALS, type RefusalCode } from '../../../shared/protocol/refusals.ts';
import { type Ending, honestDevice, Peer } from './peer.ts';
import { LEARNER, LENGTH, openGateway, publishedModel, Recorder, serve, taskOf } from './stage.ts';

const HELLO: DeviceMessage = { type: 'hello', protocol: PROTOCOL_VERSION, device: 'mallory', holds: [] };
const MASK = Uint8Array.of(1, 2, 3, 4);

/** A WebSocket frame (RFC 6455, section 5.2) as bytes, lies included. */
function frame(
  payload: Uint8Array,
  { head = 0x82, masked = true, claim = payload.length }: { head?: number; masked?: boolean; claim?: number } = {},
): Uint8Array {
  const header = new Uint8Array(masked ? 14 : 10);
  header[0] = head;
  header[1] = 127 | (masked ? 0x80 : 0);
  new DataView(header.buffer).setBigUint64(2, BigInt(claim));
  if (masked) header.set(MASK, 10);
  return Buffer.concat([header, payload.map((byte, k) => (masked ? byte ^ MASK[k & 3]! : byte))]);
}

/** Says something to a task. */
type Answer = (task: Extract<Awaited<ReturnType<Peer['hear']>>, { type: 'task' }>, peer: Peer) => void;

const answering =
  (answer: Answer) =>
  async (url: string): Promise<Ending> => {
    const peer = await Peer.join(url, 'mallory');
    answer(await peer.hear('task'), peer);
    return peer.ended;
  };

const sending =
  (...messages: readonly (Uint8Array | string)[]) =>
  async (url: string): Promise<Ending> => {
    const peer = await Peer.open(url);
    for (const message of messages) peer.socket.send(message);
    return peer.ended;
  };

const writing =
  (...bytes: readonly Uint8Array[]) =>
  async (url: string): Promise<Ending> => {
    const peer = await Peer.open(url);
    for (const part of bytes) peer.tcp.write(part);
    return peer.ended;
  };

const hello = encodeDeviceMessage(HELLO);
const MAX_FRAME = contributionFrameBytes(LENGTH);
const FAST = { heartbeatMs: 30, minBytesPerSecond: 100_000 };

interface Attack {
  readonly name: string;
  readonly code: RefusalCode;
  readonly limits?: Partial<GatewayLimits>;
  readonly run: (url: string) => Promise<Ending>;
}

const ATTACKS: readonly Attack[] = [
  { name: 'garbage', code: 'malformed', run: sending(Uint8Array.from({ length: 99 }, (_, k) => (k * 151) & 255)) },
  { name: 'an empty message', code: 'malformed', run: sending(new Uint8Array()) },
  { name: 'half a message', code: 'malformed', run: sending(hello.subarray(0, hello.length / 2)) },
  { name: 'a message and more', code: 'malformed', run: sending(Buffer.concat([hello, hello])) },
  { name: 'text', code: 'malformed', run: sending(JSON.stringify(HELLO)) },
  { name: 'text that is not UTF-8', code: 'malformed', run: writing(frame(Uint8Array.of(0xff, 0xfe), { head: 0x81 })) },
  { name: 'a frame that is not masked', code: 'malformed', run: writing(frame(hello, { masked: false })) },
  { name: 'a compressed frame', code: 'malformed', run: writing(frame(hello, { head: 0xc2 })) },
  { name: 'an unknown opcode', code: 'malformed', run: writing(frame(hello, { head: 0x83 })) },
  { name: 'a continuation of nothing', code: 'malformed', run: writing(frame(hello, { head: 0x80 })) },
  { name: 'HTTP after the upgrade', code: 'malformed', run: writing(Buffer.from('GET / HTTP/1.1\r\n\r\n')) },
  { name: 'too large a message', code: 'too_large', run: sending(new Uint8Array(MAX_FRAME + 1)) },
  { name: 'a claim of 2^40 bytes', code: 'too_large', run: writing(frame(hello, { claim: 2 ** 40 })) },
  { name: 'a claim of 2^63 bytes', code: 'too_large', run: writing(frame(hello, { claim: 2 ** 63 })) },
  {
    name: 'fragments that add up to too much',
    code: 'too_large',
    run: writing(
      frame(new Uint8Array(9000), { head: 0x02 }),
      frame(new Uint8Array(9000), { head: 0x00 }),
      frame(new Uint8Array(9000), { head: 0x80 }),
    ),
  },
  { name: 'endless fragments of nothing', code: 'malformed', run: writing(endlessFragments()) },
  { name: 'deep nesting', code: 'malformed', run: sending(new Uint8Array(MAX_FRAME).fill(0x91)) },
  { name: 'a claim of 2^32 elements', code: 'malformed', run: sending(Uint8Array.of(0xdd, 255, 255, 255, 255)) },
  { name: 'a claim of 2^32 members', code: 'malformed', run: sending(Uint8Array.of(0xdf, 255, 255, 255, 255)) },
  {
    name: 'another version',
    code: 'unsupported_version',
    run: sending(encodeDeviceMessage({ ...HELLO, protocol: 99 })),
  },
  { name: 'hello twice', code: 'unexpected', run: sending(hello, hello) },
  {
    name: 'a contribution before hello',
    code: 'unexpected',
    run: async url => {
      const peer = await Peer.open(url);
      peer.contribute({ round: 1, model: 'a'.repeat(64) }, new Int32Array(LENGTH));
      return peer.ended;
    },
  },
  {
    name: 'a decline that nobody asked for',
    code: 'unexpected',
    run: sending(hello, encodeDeviceMessage({ type: 'decline', round: 1, reason: 'failed' })),
  },
  {
    name: 'float32 with values that are not numbers',
    code: 'malformed',
    run: answering(({ round, model }, peer) => {
      const values = new Float32Array(LENGTH).fill(Number.NaN);
      const data = new Uint8Array(values.buffer);
      const claim = { type: 'contribution', round, model, dtype: 'float32', shape: [LENGTH], data };
      peer.say(claim as unknown as DeviceMessage);
    }),
  },
  {
    name: 'infinite values in the bytes of integers',
    code: 'unbounded',
    run: answering((task, peer) =>
      peer.contribute(task, new Int32Array(new Float32Array(LENGTH).fill(Number.POSITIVE_INFINITY).buffer)),
    ),
  },
  {
    name: 'a value past the bound',
    code: 'unbounded',
    run: answering((task, peer) => peer.contribute(task, new Int32Array(LENGTH).fill(MAX_COORDINATE + 2, 0, 1))),
  },
  {
    name: 'values that are bounded one by one, but not together',
    code: 'unbounded',
    run: answering((task, peer) => peer.contribute(task, new Int32Array(LENGTH).fill(MAX_COORDINATE / 2))),
  },
  {
    name: 'the most negative integers',
    code: 'unbounded',
    run: answering((task, peer) => peer.contribute(task, new Int32Array(LENGTH).fill(-(2 ** 31)))),
  },
  {
    name: 'too short a vector',
    code: 'wrong_length',
    run: answering((task, peer) => peer.contribute(task, new Int32Array(LENGTH - 1))),
  },
  {
    name: 'too long a vector',
    code: 'wrong_length',
    run: answering((task, peer) => peer.contribute(task, new Int32Array(LENGTH + 1))),
  },
  {
    name: 'answers without end',
    code: 'too_many_messages',
    run: answering((task, peer) => {
      // Of a round that is not on: each one is answered, none is counted.
      for (let k = 0; k < 3; k++) peer.contribute({ ...task, round: 77 }, new Int32Array(LENGTH));
    }),
  },
  {
    name: 'pings without end',
    code: 'too_many_messages',
    limits: { maxPingsPerHeartbeat: 10 },
    run: async url => {
      const peer = await Peer.join(url, 'mallory');
      for (let k = 0; k < 11; k++) peer.socket.ping();
      return peer.ended;
    },
  },
  { name: 'silence', code: 'hello_timeout', limits: { helloTimeoutMs: 30 }, run: sending() },
  {
    name: 'silence, but for pings',
    code: 'hello_timeout',
    limits: { helloTimeoutMs: 100 },
    run: async url => {
      const peer = await Peer.open(url);
      const pings = setInterval(() => peer.socket.ping(), 10);
      const ending = await peer.ended;
      clearInterval(pings);
      return ending;
    },
  },
  {
    name: 'a message that stops in the middle',
    code: 'unresponsive',
    limits: FAST,
    run: writing(frame(hello), frame(new Uint8Array(100), { claim: 10_000 })),
  },
  {
    name: 'a message that drips',
    code: 'unresponsive',
    limits: FAST,
    run: async url => {
      const peer = await Peer.join(url, 'mallory');
      peer.tcp.write(frame(new Uint8Array(), { claim: 10_000 }));
      const drips = setInterval(() => peer.tcp.write(Uint8Array.of(0)), 5);
      const ending = await peer.ended;
      clearInterval(drips);
      return ending;
    },
  },
  {
    name: 'a reader that does not read',
    code: 'unresponsive',
    limits: { ...FAST, closeTimeoutMs: 30 },
    run: async url => {
      const peer = await Peer.join(url, 'mallory');
      peer.socket.pause();
      // Another device sees that it is gone when a round asks this one instead.
      const witness = await Peer.join(url, 'witness');
      await witness.hear('task');
      witness.close();
      peer.socket.resume();
      return peer.ended;
    },
  },
];

/** More fragments of no bytes than ws bears, and never the last one. */
function endlessFragments(): Uint8Array {
  const empty = frame(new Uint8Array(), { head: 0x00 });
  return Buffer.concat([frame(new Uint8Array(), { head: 0x02 }), ...new Array<Uint8Array>(16 * 1024).fill(empty)]);
}

/** The coordinator still does its work: a device joins, contributes and takes the model home. */
async function expectWork(url: string): Promise<void> {
  const { peer, outcomes } = await honestDevice(url, 'honest', LEARNER, ['milk', 'tea']);
  expect(outcomes).toEqual(['counted']);
  expect((await peer.ended).status).toBe(1000);
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(cleanups.splice(0).map(cleanup => cleanup()));
});

async function serving(limits: Partial<GatewayLimits> = {}): Promise<Awaited<ReturnType<typeof serve>>> {
  const served = await serve({ limits });
  cleanups.push(served.close);
  return served;
}

describe('a coordinator goes on after', () => {
  test.each(ATTACKS)('$name', async ({ code, limits, run }) => {
    const { url, finished } = await serving(limits);
    const { status, refusal } = await run(url);
    expect(refusal?.code).toBe(code);
    expect(status).toBe(REFUSALS[code].status);
    await expectWork(url);
    expect([...(await finished).state.model.values]).toEqual([0, 1, 1, 0, 0]);
  });

  test('resets at every point of a connection', async () => {
    const { url, finished } = await serving();
    const { hostname, port } = new URL(url);
    const upgrade = 'HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';
    const elsewhere = new Array<string>(10).fill(`GET /elsewhere ${upgrade}\r\n`);
    const beginnings = ['', 'GET / HT', `GET / ${upgrade}`, ...elsewhere];
    for (const beginning of beginnings) {
      const tcp = connect(Number(port), hostname);
      await once(tcp, 'connect');
      if (beginning !== '') await new Promise(resolve => tcp.write(beginning, resolve));
      tcp.resetAndDestroy();
    }
    const afterUpgrade = [new Uint8Array(), frame(hello).subarray(0, 5), frame(hello), frame(hello, { claim: 9_000 })];
    for (const bytes of afterUpgrade) {
      const peer = await Peer.open(url);
      if (bytes.length > 0) await new Promise(resolve => peer.tcp.write(bytes, resolve));
      peer.tcp.resetAndDestroy();
      await peer.ended;
    }
    const asked = await Peer.join(url, 'mallory');
    await asked.hear('task');
    asked.tcp.resetAndDestroy();
    await expectWork(url);
    await finished;
  });

  test('connections that never ask for anything', async () => {
    const { url } = await serving({ helloTimeoutMs: 50 });
    const { hostname, port } = new URL(url);
    for (const beginning of ['', 'GET /']) {
      const tcp = connect(Number(port), hostname);
      tcp.on('error', () => {});
      if (beginning !== '') tcp.write(beginning);
      tcp.resume();
      await once(tcp, 'close');
    }
    await expectWork(url);
  });

  test('requests that are no WebSocket handshake', async () => {
    const { url } = await serving();
    const { hostname, port } = new URL(url);
    const requests = [
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n',
      'GET //[ HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
      'NONSENSE\r\n\r\n',
    ];
    for (const request of requests) {
      const tcp = connect(Number(port), hostname);
      tcp.write(request);
      const [answer] = (await once(tcp, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 4\d\d /);
      tcp.resume();
      await once(tcp, 'close');
    }
    await expectWork(url);
  });

  test('a flood of connections', async () => {
    const { url } = await serving({ maxConnections: 8, maxConnectionsPerAddress: 3 });
    const flood = Array.from({ length: 12 }, () => new Peer(url));
    // Nine are refused; the three that were let in stay until they leave.
    const refused: Ending[] = [];
    await new Promise<void>(resolve => {
      for (const { ended } of flood) {
        void ended.then(ending => {
          if (refused.push(ending) === 9) resolve();
        });
      }
    });
    for (const { status, refusal } of refused) {
      expect(status).toBe(4008);
      expect(refusal).toMatchObject({ code: 'too_many_connections', retryAfterMs: 60_000 });
    }
    for (const peer of flood) peer.close();
    await Promise.all(flood.map(({ ended }) => ended));
    await expectWork(url);
  });
});

test('a device that has too much unread is not asked, but cut', async () => {
  const gateway = openGateway({ limits: { maxBufferedBytes: 1, closeTimeoutMs: 30 } });
  cleanups.push(() => gateway.close());
  const events = new Recorder(gateway);
  const url = await gateway.listen(events);
  const peer = await Peer.join(url, 'mallory');
  await events.ready('mallory');
  peer.socket.pause();
  // Larger than what the kernels of both ends hold.
  const large = publishedModel(1, 4_000_000);
  gateway.ask(['mallory'], taskOf(1, large));
  gateway.release(['mallory'], 1, 'deadline');
  gateway.ask(['mallory'], taskOf(2, large));
  expect(await events.next('left')).toMatchObject({ device: 'mallory' });
  peer.tcp.destroy();
});

test('the bound of these attacks is the real one', () => {
  expect(isBounded(dense(new Int32Array(LENGTH).fill(MAX_COORDINATE, 0, 1)))).toBe(true);
});
