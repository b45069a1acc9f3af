import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { Gateway } from '../../../server/gateway/gateway.ts';
import type { GatewayOptions } from '../../../server/gateway/options.ts';
import { Catalogue } from '../../../shared/catalogue.ts';
import { SettingsError } from '../../../shared/errors.ts';
import { contentHash } from '../../../shared/hash.ts';
import { encodeDeviceMessage } from '../../../shared/protocol/codec.ts';
import { contributionFrameBytes } from '../../../shared/protocol/limits.ts';
import { PROTOCOL_VERSION } from '../../../shared/protocol/messages.ts';
import { decodeSafetensors } from '../../../shared/safetensors.ts';
import { CATALOGUE, Peer } from './peer.ts';
import { LENGTH, openGateway, publishedModel, Recorder, taskOf } from './stage.ts';

const open: Gateway[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map(gateway => gateway.close()));
});

async function listen(
  options: Partial<GatewayOptions> = {},
): Promise<{ gateway: Gateway; events: Recorder; url: string }> {
  const gateway = openGateway(options);
  open.push(gateway);
  const events = new Recorder(gateway);
  return { gateway, events, url: await gateway.listen(events) };
}

const vector = (...values: readonly number[]): Int32Array =>
  Int32Array.from({ length: LENGTH }, (_, k) => values[k] ?? 0);
const kinds = (peer: Peer): string[] =>
  peer.heard.map(message => (message.type === 'blob' ? `${message.kind} blob` : message.type));

describe('a session', () => {
  test('welcomes with the catalogue, the run and the learner', async () => {
    const { url, events } = await listen({ pace: { reconnectMinMs: 7, reconnectMaxMs: 70 } });
    const peer = await Peer.join(url, 'a');
    await events.ready('a');
    const [blob, welcome] = peer.heard;
    const bytes = CATALOGUE.encode();
    expect(blob).toEqual({ type: 'blob', kind: 'catalogue', hash: contentHash(bytes), data: new Uint8Array(bytes) });
    expect(welcome).toEqual({
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      run: 'run-1',
      learner: { name: 'popularity', options: {} },
      catalogue: contentHash(bytes),
      pace: { reconnectMinMs: 7, reconnectMaxMs: 70 },
    });
  });

  test('goes from task to contribution to receipt, and is ready before and after only', async () => {
    const { gateway, url, events } = await listen();
    const peer = await Peer.join(url, 'a');
    await events.ready('a');
    const published = publishedModel(1);
    gateway.ask(['a'], taskOf(4, published));
    expect(gateway.ready()).toEqual([]);
    const task = await peer.hear('task');
    expect(task).toMatchObject({ round: 4, model: published.hash, plan: { length: LENGTH, clipNorm: 1 } });
    expect(task.timeLeftMs).toBeGreaterThan(50_000);
    expect(task.timeLeftMs).toBeLessThanOrEqual(60_000);
    const blob = peer.heard.findLast(message => message.type === 'blob')!;
    expect(decodeSafetensors(blob.data).values).toEqual(published.model.values);
    peer.contribute(task, vector(1, -2, 3));
    expect(await events.next('contributed')).toMatchObject({ device: 'a', round: 4, values: [1, -2, 3, 0, 0] });
    expect(gateway.ready()).toEqual([]);
    gateway.receipt('a', 4, 'counted');
    expect(await peer.hear('receipt')).toEqual({ type: 'receipt', round: 4, outcome: 'counted' });
    expect(gateway.ready()).toEqual(['a']);
  });

  test('is not sent a blob that the device holds, and is sent each model once', async () => {
    const { gateway, url, events } = await listen();
    const [first, second] = [publishedModel(1), publishedModel(2)];
    const peer = await Peer.join(url, 'a', [contentHash(CATALOGUE.encode()), first.hash]);
    await events.ready('a');
    for (const [round, published] of [first, first, second, second, first].entries()) {
      gateway.ask(['a'], taskOf(round, published));
      peer.contribute(await peer.hear('task'), vector());
      await events.next('contributed');
      gateway.receipt('a', round, 'counted');
      await peer.hear('receipt');
    }
    const turn = ['task', 'receipt'];
    const sent = ['model blob', ...turn];
    expect(kinds(peer)).toEqual(['welcome', ...turn, ...turn, ...sent, ...turn, ...sent]);
  });

  test('stays after a decline, and is ready again', async () => {
    const { gateway, url, events } = await listen();
    const peer = await Peer.join(url, 'a');
    await events.ready('a');
    gateway.ask(['a'], taskOf(1, publishedModel(1)));
    await peer.hear('task');
    peer.say({ type: 'decline', round: 1, reason: 'unwilling' });
    expect(await events.next('declined')).toEqual({ type: 'declined', device: 'a', round: 1, reason: 'unwilling' });
    expect(gateway.ready()).toEqual(['a']);
  });

  test('passes on an answer that crossed its release, even when the next task is out', async () => {
    const { gateway, url, events } = await listen();
    const peer = await Peer.join(url, 'a');
    await events.ready('a');
    const published = publishedModel(1);
    gateway.ask(['a'], taskOf(1, published));
    const task = await peer.hear('task');
    gateway.release(['a'], 1, 'deadline');
    expect(gateway.ready()).toEqual(['a']);
    gateway.ask(['a'], taskOf(2, published));
    peer.contribute(task, vector(1));
    expect(await events.next('contributed')).toMatchObject({ round: 1 });
    gateway.receipt('a', 1, 'late');
    expect(gateway.ready()).toEqual([]);
    expect(await peer.hear('released')).toMatchObject({ round: 1, reason: 'deadline' });
    peer.contribute(await peer.hear('task'), vector(1));
    expect(await events.next('contributed')).toMatchObject({ round: 2 });
    expect((await peer.hear('receipt')).outcome).toBe('late');
  });

  test('ends when the device leaves, and the coordinator hears of it', async () => {
    const { gateway, url, events } = await listen();
    const peer = await Peer.join(url, 'a');
    await events.ready('a');
    peer.close();
    expect(await events.next('left')).toEqual({ type: 'left', device: 'a' });
    expect(gateway.ready()).toEqual([]);
    gateway.ask(['a'], taskOf(1, publishedModel(1)));
    gateway.receipt('a', 1, 'counted');
    gateway.release(['a'], 1, 'enough');
  });

  test('gives way to a newer connection of the same device', async () => {
    const { gateway, url, events } = await listen();
    const older = await Peer.join(url, 'a');
    await events.ready('a');
    gateway.ask(['a'], taskOf(1, publishedModel(1)));
    const newer = await Peer.join(url, 'a');
    expect(await older.ended).toMatchObject({ status: 4009, refusal: { code: 'replaced' } });
    expect(events.heard.map(({ type }) => type).slice(-2)).toEqual(['left', 'readyChanged']);
    await events.ready('a');
    gateway.ask(['a'], taskOf(2, publishedModel(1)));
    expect(await newer.hear('task')).toMatchObject({ round: 2 });
  });

  test('does not outlive a failure of the coordinator, which others do', async () => {
    const errors: unknown[] = [];
    const gateway = openGateway({ onError: error => errors.push(error) });
    open.push(gateway);
    const events = new Recorder(gateway);
    const failure = new Error('out of memory');
    const failing = { contributed: true, left: false };
    const url = await gateway.listen({
      readyChanged: () => events.readyChanged(),
      declined: (...event) => events.declined(...event),
      contributed: (...event) => {
        if (failing.contributed) throw failure;
        events.contributed(...event);
      },
      left: device => {
        events.left(device);
        throw failure;
      },
    });
    const [first, second] = [await Peer.join(url, 'a'), await Peer.join(url, 'b')];
    await events.ready('a', 'b');
    gateway.ask(['a', 'b'], taskOf(1, publishedModel(1)));
    first.contribute(await first.hear('task'), vector());
    expect(await first.ended).toMatchObject({ status: 4012, refusal: { code: 'internal', retryAfterMs: 60_000 } });
    failing.contributed = false;
    second.contribute(await second.hear('task'), vector());
    expect(await events.next('contributed')).toMatchObject({ device: 'b' });
    expect(errors).toEqual([failure, failure]);
  });
});

describe('the end of training', () => {
  test('hands the final model to those who are here and to those who come later, and closes', async () => {
    const { gateway, url, events } = await listen();
    const final = publishedModel(9);
    const [here, holding] = [await Peer.join(url, 'a'), await Peer.join(url, 'b', [final.hash])];
    await events.ready('a', 'b');
    gateway.finish(final);
    const later = await Peer.join(url, 'c');
    for (const peer of [here, holding, later]) {
      expect(await peer.ended).toEqual({ status: 1000, refusal: undefined });
      expect(peer.heard.at(-1)).toEqual({ type: 'finished', model: final.hash });
    }
    expect(kinds(here)).toEqual(['catalogue blob', 'welcome', 'model blob', 'finished']);
    expect(kinds(holding)).toEqual(['catalogue blob', 'welcome', 'finished']);
    expect(kinds(later)).toEqual(['catalogue blob', 'welcome', 'model blob', 'finished']);
  });

  test('tells devices when to come back, on closing', async () => {
    const { gateway, url } = await listen({ pace: { reconnectMinMs: 1_234, reconnectMaxMs: 60_000 } });
    const peers = [await Peer.join(url, 'a'), await Peer.open(url)];
    await gateway.close();
    for (const peer of peers) {
      expect(await peer.ended).toMatchObject({
        status: 4011,
        refusal: { code: 'shutting_down', retryAfterMs: 1_234 },
      });
    }
    await expect(fetch(url.replace('ws', 'http'))).rejects.toThrow();
  });

  test('closes in time though a device hangs on, and twice does no harm', async () => {
    const { gateway, url, events } = await listen({ limits: { closeTimeoutMs: 50 } });
    const peer = await Peer.join(url, 'a');
    await events.ready('a');
    peer.socket.pause();
    await Promise.all([gateway.close(), gateway.close()]);
    peer.socket.resume();
    expect((await peer.ended).refusal).toMatchObject({ code: 'shutting_down' });
    await openGateway().close();
  });
});

describe('the server', () => {
  test('counts the bytes of messages both ways', async () => {
    const { gateway, url, events } = await listen();
    const hello = { type: 'hello', protocol: PROTOCOL_VERSION, device: 'a', holds: [] } as const;
    const peer = await Peer.open(url);
    let down = 0;
    peer.socket.on('message', data => {
      down += (data as Buffer).length;
    });
    peer.say(hello);
    await events.ready('a');
    await peer.hear('welcome');
    expect(gateway.traffic).toEqual({ up: encodeDeviceMessage(hello).length, down });
  });

  test('answers health checks and nothing else', async () => {
    const { url, events } = await listen({ path: '/larder' });
    await Peer.join(url, 'a');
    await events.ready('a');
    const get = (path: string): Promise<Response> => fetch(new URL(path, url.replace('ws', 'http')));
    const health = await get('/healthz?verbose');
    expect(health.status).toBe(200);
    expect(await health.json()).toEqual({ status: 'ok', run: 'run-1', devices: 1 });
    expect((await get('/larder')).status).toBe(404);
    const elsewhere = new Peer(url.replace('/larder', '/other'));
    expect((await elsewhere.ended).status).toBe(1006);
  });

  test('says so when the address is taken', async () => {
    const { url } = await listen();
    const second = openGateway({ port: Number(new URL(url).port) });
    await expect(second.listen(new Recorder(second))).rejects.toThrow('EADDRINUSE');
  });

  test('refuses a plan whose contributions it would not let in', async () => {
    const { gateway } = await listen({ limits: { maxFrameBytes: contributionFrameBytes(LENGTH) } });
    expect(() => gateway.ask([], taskOf(1, publishedModel(1), LENGTH + 1))).toThrow(SettingsError);
    gateway.ask([], taskOf(1, publishedModel(1), LENGTH));
  });

  test.each([
    { path: 'larder' },
    { pace: { reconnectMinMs: 2, reconnectMaxMs: 1 } },
    { pace: { reconnectMinMs: Number.NaN, reconnectMaxMs: 1 } },
    { limits: { heartbeatMs: 0 } },
    { limits: { maxConnection: 5 } as object },
  ])('refuses options that make no sense: %o', options => {
    expect(() => openGateway(options)).toThrow(SettingsError);
  });

  test('does not take its own business for silence of the devices', async () => {
    const { gateway, url, events } = await listen({ limits: { heartbeatMs: 20 } });
    const peer = await Peer.join(url, 'a');
    await events.ready('a');
    await once(peer.socket, 'ping');
    const busyUntilMs = performance.now() + 150;
    while (performance.now() < busyUntilMs);
    for (let beats = 0; beats < 3; beats++) await once(peer.socket, 'ping');
    expect(gateway.ready()).toEqual(['a']);
  });

  test('sends a long catalogue to a slow reader in its own time', async () => {
    const items = Array.from({ length: 40_000 }, (_, k) => ({ id: `item-${k}`, title: 'x'.repeat(100) }));
    const catalogue = new Catalogue(items);
    const { gateway, url, events } = await listen({
      catalogue,
      limits: { heartbeatMs: 20, minBytesPerSecond: 2 ** 20 },
    });
    const peer = await Peer.open(url);
    peer.socket.pause();
    peer.say({ type: 'hello', protocol: PROTOCOL_VERSION, device: 'a', holds: [] });
    await events.ready('a');
    // The catalogue takes 5 s at the least speed, so many heartbeats of silence are borne.
    const prompt = await Peer.open(url);
    for (let beats = 0; beats < 10; beats++) await once(prompt.socket, 'ping');
    peer.socket.resume();
    const blob = await peer.hear('blob');
    expect(contentHash(blob.data)).toBe(contentHash(catalogue.encode()));
    await peer.hear('welcome');
    expect(gateway.ready()).toEqual(['a']);
  });
});
