import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Device } from '../../client/device.ts';
import { MemoryStore } from '../../client/memory-store.ts';
import type { RandomFor } from '../../client/trainer.ts';
import { decodeDeviceMessage } from '../../shared/protocol/codec.ts';
import type { ContributionMessage } from '../../shared/protocol/messages.ts';
import { deviceRandom } from '../../shared/random/device.ts';
import { SEED, serve, shoppers, trainedInOneLoop } from '../client/support/training.ts';
import { describeInChromium, launchChromium } from '../support/chromium.ts';
import { bundle, servePage } from '../support/page-server.ts';
import { WireTap, webSocketMessages } from '../support/wire-tap.ts';
import { type AppResult, type AppTask, app } from './app.ts';
import type { PageGlobals } from './page.ts';

const ROUNDS = 4;
const SHOPPER = 'chloé';
const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

interface Played {
  readonly app: AppResult;
  /** What the app's device sent, every round. */
  readonly contributions: readonly ContributionMessage[];
  readonly model: Float32Array;
  readonly expected: Float32Array;
}

/** A whole training with all shoppers, one of whom is played by `run`, and what that one put on the wire. */
async function play(run: (task: AppTask) => Promise<AppResult>): Promise<Played> {
  const { url, coordinator, learner, close } = await serve('mf', { dimension: 5, rounds: ROUNDS });
  const tap = await WireTap.inFrontOf(url);
  const others = Array.from(shoppers)
    .filter(([id]) => id !== SHOPPER)
    .map(([id, purchases]) => {
      const randomFor: RandomFor = (round, purpose) => deviceRandom(SEED, round, id, purpose);
      return new Device({ url, WebSocket, store: new MemoryStore(purchases), id, randomFor });
    });
  try {
    await Promise.all(others.map(device => device.start()));
    const result = await run({ url: tap.url, id: SHOPPER, seed: SEED, purchases: shoppers.get(SHOPPER)! });
    await Promise.all(others.map(device => device.finished()));
    const sent = webSocketMessages(tap.connections[0]!.up).map(message => decodeDeviceMessage(message));
    return {
      app: result,
      contributions: sent.filter(message => message.type === 'contribution'),
      model: coordinator.state.model.values,
      expected: trainedInOneLoop(learner).values,
    };
  } finally {
    await Promise.all(others.map(device => device.stop()));
    await tap.close();
    await close();
  }
}

describe('the bundle for browsers', () => {
  it('holds the device without anything of Node, in at most 256 KB', async () => {
    const { script, inputs } = await bundle(path('../../client/index.ts'));
    expect(inputs).toContain('client/device.ts');
    expect(inputs.filter(input => /^(server|simulations)\/|^client\/node|^node_modules\/ws\//.test(input))).toEqual([]);
    expect(script).not.toMatch(/["']node:/);
    expect(Buffer.byteLength(script) / 1024).toBeLessThan(256);
  });

  it('cannot be made of what needs Node', async () => {
    await expect(bundle(path('../../client/node.ts'))).rejects.toThrow(/Could not resolve "node:/);
  });
});

describeInChromium('a device in Chromium', () => {
  let script: string;
  let browser: Browser;
  let inNode: Played;

  beforeAll(async () => {
    script = (await bundle(path('page.ts'))).script;
    browser = await launchChromium();
    inNode = await play(task => app(task, WebSocket));
  });

  afterAll(() => browser?.close());

  it.each([
    ['whose page forbids WebAssembly', false],
    ['whose page allows WebAssembly', true],
  ])('%s trains with a coordinator and recommends, bit for bit as in Node', async (_, webAssembly) => {
    const server = await servePage(script, webAssembly);
    try {
      const page = await browser.newPage();
      await page.goto(server.url);
      const has = await page.evaluate(() => (globalThis as unknown as PageGlobals).hasWebAssembly());
      expect(has).toBe(webAssembly);
      const inBrowser = await play(task =>
        page.evaluate(given => (globalThis as unknown as PageGlobals).runApp(given), task),
      );
      const receipts = inBrowser.app.events.filter(event => event.type === 'receipt');
      expect(receipts.map(({ outcome }) => outcome)).toEqual(Array<string>(ROUNDS).fill('counted'));
      expect(inBrowser.contributions.length).toBe(ROUNDS);
      expect(inBrowser.contributions.map(({ data }) => data.some(byte => byte !== 0))).not.toContain(false);
      expect(inBrowser.contributions).toEqual(inNode.contributions);
      expect(inBrowser.model).toEqual(inBrowser.expected);
      expect(inBrowser.app.personal).toEqual(inNode.app.personal);
      expect(inBrowser.app.recommended).toEqual(inNode.app.recommended);
      expect(inBrowser.app.recommended.map(({ id }) => id)).toHaveLength(5);
    } finally {
      await server.close();
    }
  });
});
