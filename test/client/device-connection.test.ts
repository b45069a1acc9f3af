import { describe, expect, it } from 'vitest';
import { BlobError, ConnectionLostError, RefusedError } from '../../client/errors.ts';
import { DEVICE_LIMITS } from '../../client/limits.ts';
import { encodeDeviceMessage } from '../../shared/protocol/codec.ts';
import type { CoordinatorMessage } from '../../shared/protocol/messages.ts';
import { PROTOCOL_VERSION } from '../../shared/protocol/messages.ts';
import { REFUSALS, type RefusalCode } from '../../shared/protocol/refusals.ts';
import {
  catalogueBlob,
  expectedAnswer,
  initial,
  joined,
  model1,
  model2,
  type Scene,
  scene,
  taskFor,
  told,
  train,
  welcome,
} from './support/scene.ts';
import type { ScriptedSocket } from './support/scripted-coordinator.ts';

const shuttingDown: CoordinatorMessage = { type: 'refusal', code: 'shutting_down', message: 'Later.' };

async function causeOfLoss(made: Scene): Promise<Error> {
  const lost = (await told(made)).findLast(event => event.type === 'disconnected');
  if (lost === undefined) throw new Error('the device was not disconnected');
  return lost.cause;
}

describe('a device that loses its connection', () => {
  it('comes back with backoff and says what it holds', async () => {
    const made = await joined();
    made.socket.say(model1, taskFor(1));
    made.socket.drop();
    expect(made.device.state).toBe('backing-off');
    expect(made.clock.delays).toHaveLength(1);
    expect(made.clock.delays[0]).toBeLessThanOrEqual(1_000);
    made.clock.runNext();
    expect(made.device.state).toBe('connecting');
    made.socket.open();
    expect(made.socket.received).toEqual([
      { type: 'hello', protocol: PROTOCOL_VERSION, device: 'd-1', holds: [catalogueBlob.hash, model1.hash] },
    ]);
    made.socket.say(welcome, taskFor(1));
    train(made);
    expect(made.socket.received.at(-1)).toMatchObject({ data: expectedAnswer(1, initial.model) });
    expect(made.coordinator.sockets).toHaveLength(2);
    expect(made.coordinator.sockets[0]!.received).toHaveLength(1);
  });

  it('stays away longer with each failure, until a round went well', async () => {
    const made = await joined();
    const ceilings: number[] = [];
    for (let failure = 0; failure < 40; failure++) {
      made.socket.drop();
      ceilings.push(made.clock.delays[0]!);
      made.clock.runNext();
      made.socket.open();
    }
    expect(Math.max(...ceilings)).toBeGreaterThan(10_000);
    expect(Math.max(...ceilings)).toBeLessThanOrEqual(30_000);
    made.socket.say(welcome, model1, taskFor(1));
    train(made);
    made.socket.say({ type: 'receipt', round: 1, outcome: 'counted' });
    made.socket.drop();
    expect(made.clock.delays[0]).toBeLessThanOrEqual(1_000);
  });

  const passing: readonly RefusalCode[] = [
    'hello_timeout',
    'unresponsive',
    'too_many_connections',
    'shutting_down',
    'internal',
  ];
  it.each(passing)('comes back after the refusal %s, not before the time that it gives', async code => {
    const made = await joined();
    made.socket.say({ type: 'refusal', code, message: 'Come back later.', retryAfterMs: 77_000 });
    expect(made.device.state).toBe('backing-off');
    expect(made.socket.closedWith).toBe(1000);
    made.clock.advance(76_999);
    expect(made.coordinator.sockets).toHaveLength(1);
    made.clock.advance(1_001);
    expect(made.coordinator.sockets).toHaveLength(2);
    expect(await told(made)).toContainEqual({ type: 'refused', refusal: code, message: 'Come back later.' });
  });

  it('comes back after a passing refusal that gives no time, and within the limit of one that gives too much', async () => {
    const made = await joined({ limits: { maxRetryAfterMs: 500_000 } });
    made.socket.say(shuttingDown);
    expect(made.clock.delays[0]).toBeLessThanOrEqual(1_000);
    made.clock.runNext();
    made.socket.open();
    made.socket.say({ type: 'refusal', code: 'too_many_connections', message: 'Full.', retryAfterMs: 1e300 });
    expect(made.clock.delays[0]).toBeLessThanOrEqual(502_000);
  });

  const forGood = (Object.keys(REFUSALS) as RefusalCode[]).filter(code => !passing.includes(code));
  it.each(forGood)('fails after the refusal %s instead of trying for ever', async code => {
    const made = await joined();
    const finished = made.device.finished();
    made.socket.say({ type: 'refusal', code, message: 'Update the device software.' });
    await expect(finished).rejects.toMatchObject({ code: 'refused', refusal: code });
    await expect(finished).rejects.toBeInstanceOf(RefusedError);
    expect(made.device.state).toBe('failed');
    expect(made.clock.delays).toEqual([]);
  });
});

describe('a device and a coordinator that breaks the protocol', () => {
  it.each<[string, (socket: ScriptedSocket) => void]>([
    ['garbage', socket => socket.sayBytes(Uint8Array.of(0xc1, 2, 3))],
    ['an empty frame', socket => socket.sayBytes(new Uint8Array())],
    ['text', socket => socket.sayText('{"type":"welcome"}')],
    ['a message cut off', socket => socket.sayBytes(Uint8Array.of(0x81, 0xa4))],
    [
      'a message that it has to send itself',
      socket => socket.sayBytes(encodeDeviceMessage({ type: 'decline', round: 1, reason: 'failed' })),
    ],
  ])('closes on %s, and comes back', async (_, speak) => {
    const made = await joined();
    speak(made.socket);
    expect(made.socket.closedWith).toBe(REFUSALS.malformed.status);
    expect(made.device.state).toBe('backing-off');
    expect(await causeOfLoss(made)).toMatchObject({ code: 'malformed' });
  });

  it('closes on a message that does not fit the session, and comes back', async () => {
    const made = await joined();
    made.socket.say(welcome);
    expect(made.socket.closedWith).toBe(REFUSALS.unexpected.status);
    expect(await causeOfLoss(made)).toMatchObject({ code: 'unexpected' });
  });

  it('closes on a frame above its limit', async () => {
    const made = await joined({ limits: { maxFrameBytes: 5_000 } });
    made.socket.say({ ...model1, data: new Uint8Array(5_001) });
    expect(made.socket.closedWith).toBe(REFUSALS.too_large.status);
  });

  it('closes on a blob that is not what its hash says', async () => {
    const made = await joined();
    made.socket.say({ ...model2, hash: model1.hash });
    expect(made.socket.closedWith).toBe(REFUSALS.malformed.status);
    expect(await causeOfLoss(made)).toBeInstanceOf(BlobError);
    made.clock.runNext();
    made.socket.open();
    expect(made.socket.received[0]).toMatchObject({ holds: [catalogueBlob.hash] });
  });

  it('fails on another version of the protocol', async () => {
    const made = scene();
    await made.device.start();
    made.socket.open();
    const next = { ...welcome, protocol: PROTOCOL_VERSION + 1 };
    made.socket.say(next);
    expect(made.device.state).toBe('failed');
    await expect(made.device.finished()).rejects.toMatchObject({ code: 'unsupported_version' });
  });

  it('hears nothing more from a connection that it gave up', async () => {
    const made = await joined();
    const old = made.socket;
    made.socket.say(welcome);
    old.say(model1, taskFor(1));
    old.drop();
    old.open();
    expect(made.device.state).toBe('backing-off');
    expect(made.clock.delays).toHaveLength(1);
    made.clock.runNext();
    made.socket.open();
    expect(made.socket.received[0]).toMatchObject({ holds: [catalogueBlob.hash] });
  });
});

describe('a device that waits', () => {
  const { connectTimeoutMs, answerTimeoutMs, idleTimeoutMs } = DEVICE_LIMITS;

  it('gives up connecting, a welcome, a receipt and a silent connection after a time', async () => {
    const made = scene();
    await made.device.start();
    const backOff = (): void => {
      // To the moment of the next connection, and no further.
      made.clock.advance(made.clock.delays[0]!);
      expect(made.device.state).toBe('connecting');
    };
    const givesUpAfter = async (ms: number): Promise<void> => {
      made.clock.advance(ms - 0.5);
      expect(made.device.state).not.toBe('backing-off');
      made.clock.advance(0.5);
      expect(made.device.state).toBe('backing-off');
      expect(await causeOfLoss(made)).toBeInstanceOf(ConnectionLostError);
      backOff();
    };
    await givesUpAfter(connectTimeoutMs.default);
    made.socket.open();
    await givesUpAfter(answerTimeoutMs.default);
    made.socket.open();
    made.socket.say(catalogueBlob, welcome);
    await givesUpAfter(idleTimeoutMs.default);
    made.socket.open();
    made.socket.say(welcome, model1, taskFor(1, model1, {}, 4_000));
    train(made);
    await givesUpAfter(4_000 + answerTimeoutMs.default);
  });

  it('counts silence from the last message', async () => {
    const made = await joined();
    made.clock.advance(idleTimeoutMs.default - 1);
    made.socket.say({ type: 'released', round: 0, reason: 'deadline' });
    made.clock.advance(idleTimeoutMs.default - 1);
    expect(made.device.state).toBe('waiting');
  });

  it('sets no timer but one, whatever happens', async () => {
    const made = await joined();
    expect(made.clock.delays).toHaveLength(1);
    made.socket.say(model1, taskFor(1));
    expect(made.clock.delays).toEqual([0]);
    train(made);
    expect(made.clock.delays).toHaveLength(1);
    await made.device.stop();
    expect(made.clock.delays).toEqual([]);
  });
});
