import { expect, test } from 'vitest';
import { createDevice, MemoryStore } from '../../client/node.ts';
import { systemClock } from '../../server/clock.ts';
import { Coordinator } from '../../server/coordinator.ts';
import { Gateway } from '../../server/gateway/gateway.ts';
import { MemoryLedger } from '../../server/privacy/ledger.ts';
import { compilePrivacyOptions } from '../../server/privacy/options.ts';
import { RunPrivacy } from '../../server/privacy/run-privacy.ts';
import { scheduleOf } from '../../server/privacy/schedule.ts';
import { compileRoundOptions } from '../../server/round/settings.ts';
import { Catalogue } from '../../shared/catalogue.ts';
import type { Interaction } from '../../shared/history.ts';
import { createLearner, learnerOptions } from '../../shared/learners/index.ts';
import { decodeCoordinatorMessage, decodeDeviceMessage } from '../../shared/protocol/codec.ts';
import type { CoordinatorMessage, DeviceMessage } from '../../shared/protocol/messages.ts';
import { int32OfBytes } from '../../shared/protocol/tensor.ts';
import { deviceRandom } from '../../shared/random/device.ts';
import { seededRandom } from '../../shared/random/seeded.ts';
import { WireTap, webSocketMessages } from '../support/wire-tap.ts';

const SEED = 7;
const ROUNDS = 3;
const ITEMS = 150;

const catalogue = new Catalogue(
  Array.from({ length: ITEMS }, (_, index) => ({
    id: `article-${String(index).padStart(4, '0')}`,
    title: `Thing ${index}`,
  })),
);

/** From one purchase to nearly the whole catalogue, single and repeated, cheap and by the hundred. */
const histories: Interaction[][] = [
  [{ item: 'article-0003', at: 1 }],
  Array.from({ length: ITEMS - 1 }, (_, index) => ({ item: catalogue.items[index]!.id, at: index })),
  Array.from({ length: 40 }, (_, index) => ({ item: 'article-0100', at: index, quantity: 1 + index })),
  Array.from({ length: 12 }, (_, index) => ({ item: catalogue.items[7 * index]!.id, at: 5, basket: 'one' })),
];

interface Recorded {
  readonly up: readonly { frame: Uint8Array; message: DeviceMessage }[];
  readonly down: readonly CoordinatorMessage[];
  /** The HTTP request that it began with; what follows is masked, and unmasked in `up`. */
  readonly upgrade: string;
}

/** Runs real devices against a real coordinator through the tap; what each sent and got, by device id. */
async function record(
  learner: string,
  of: readonly Interaction[][],
  privacy?: RunPrivacy,
): Promise<Map<string, Recorded>> {
  const options = learnerOptions(learner, learner === 'mf' ? { rounds: ROUNDS, dimension: 8 } : {});
  const gateway = new Gateway({ run: 'tapped', learner: { name: learner, options }, catalogue, port: 0 });
  const coordinator = new Coordinator({
    learner: createLearner(learner, options, catalogue),
    settings: compileRoundOptions({ goal: of.length, overSelection: 1 }),
    ...(privacy && { privacy }),
    fleet: gateway,
    clock: systemClock,
    random: (round, purpose) => seededRandom(SEED, round, purpose),
  });
  const tap = await WireTap.inFrontOf(await gateway.listen(coordinator));
  coordinator.start();
  const devices = of.map((_, index) => {
    const id = `device-${index}`;
    return createDevice({
      url: tap.url,
      id,
      store: new MemoryStore(),
      randomFor: (round, purpose) => deviceRandom(SEED, round, id, purpose),
    });
  });
  await Promise.all(
    devices.map(async (device, index) => {
      await device.record(...of[index]!);
      await device.start();
      await device.finished();
    }),
  );
  await gateway.close();
  const recorded = new Map<string, Recorded>();
  for (const { up, down } of tap.connections) {
    const sent = webSocketMessages(up).map(frame => ({ frame, message: decodeDeviceMessage(frame) }));
    const hello = sent[0]!.message;
    if (hello.type !== 'hello') throw new Error('The first message is not hello.');
    recorded.set(hello.device, {
      up: sent,
      down: webSocketMessages(down).map(frame => decodeCoordinatorMessage(frame)),
      upgrade: Buffer.from(up).toString('latin1').split('\r\n\r\n')[0]!,
    });
  }
  await tap.close();
  expect(recorded.size).toBe(of.length);
  return recorded;
}

for (const learner of ['popularity', 'mf']) {
  const rounds = learner === 'mf' ? ROUNDS : 1;

  test(`${learner}: what a device sends has one length, whatever it bought`, async () => {
    const recorded = await record(learner, histories);
    const lengths = Array.from(recorded.values(), ({ up }) => up.map(({ frame }) => frame.length));
    expect(lengths).toEqual(lengths.map(() => lengths[0]));
    for (const { up, down } of recorded.values()) {
      expect(up.map(({ message }) => message.type)).toEqual(['hello', ...Array(rounds).fill('contribution')]);
      expect(down.filter(({ type }) => type === 'receipt')).toHaveLength(rounds);
    }
  });

  test(`${learner}: the model and the catalogue are sent once, a model only when it is another one`, async () => {
    for (const { down } of (await record(learner, histories)).values()) {
      const blobs = down.flatMap(message => (message.type === 'blob' ? [message] : []));
      expect(new Set(blobs.map(({ hash }) => hash)).size).toBe(blobs.length);
      expect(blobs.filter(({ kind }) => kind === 'catalogue')).toHaveLength(1);
      expect(blobs.filter(({ kind }) => kind === 'model')).toHaveLength(rounds + 1);
    }
  });

  test(`${learner}: no byte but a contribution's values depends on what was bought`, async () => {
    const others = histories.toReversed();
    const [first, second] = [await record(learner, histories), await record(learner, others)];
    let changed = 0;
    for (const [device, { up }] of first) {
      for (const [index, { frame, message }] of up.entries()) {
        const { frame: otherFrame, message: otherMessage } = second.get(device)!.up[index]!;
        expect(withoutNames(message)).toEqual(withoutNames(otherMessage));
        expect(otherFrame.length).toBe(frame.length);
        if (message.type === 'contribution' && otherMessage.type === 'contribution') {
          if (Buffer.compare(message.data, otherMessage.data) !== 0) changed++;
        }
      }
    }
    // Otherwise this test would hold for a device that sends nothing but zeros.
    expect(changed).toBe(histories.length * rounds);
  });

  test(`${learner}: no byte that a device sends names an item, a title, a basket or a time`, async () => {
    for (const { up, upgrade } of (await record(learner, histories)).values()) {
      for (const text of [upgrade, ...up.map(({ frame }) => Buffer.from(frame).toString('latin1'))]) {
        expect(text).not.toMatch(/article|Thing|basket|item|interaction|history|quantity/);
      }
      for (const { message } of up) {
        if (message.type !== 'contribution') continue;
        expect(message.data.length).toBe(4 * message.shape[0]);
        expect(Object.keys(message).toSorted()).toEqual(['data', 'dtype', 'model', 'round', 'shape', 'type']);
      }
    }
  });
}

/** A message without the values of a contribution and without the model's name, which follows from all contributions. */
function withoutNames(message: DeviceMessage): object {
  return message.type === 'contribution' ? { ...message, data: undefined, model: undefined } : message;
}

/** How well the values tell what was bought from what was not: 1 is always, 1/2 is not at all. */
function areaUnderCurve(values: Int32Array, bought: ReadonlySet<number>): number {
  let above = 0;
  let pairs = 0;
  for (const [item, value] of values.entries()) {
    if (!bought.has(item)) continue;
    for (const [other, otherValue] of values.entries()) {
      if (bought.has(other)) continue;
      pairs++;
      above += value > otherValue ? 1 : value === otherValue ? 0.5 : 0;
    }
  }
  return above / pairs;
}

test('under local trust what crosses the wire is noise first and a basket last', async () => {
  const baskets = Array.from({ length: 12 }, (_, device) =>
    catalogue.items.slice(device, device + 60).map(({ id }, at): Interaction => ({ item: id, at })),
  );
  const area = async (noiseMultiplier: number | undefined): Promise<number> => {
    const settings = compilePrivacyOptions({ trust: 'local', noiseMultiplier });
    const schedule = scheduleOf(settings, { weights: [1], cohort: baskets.length });
    const ledger = new MemoryLedger({ ...settings, budget: null });
    const random = () => seededRandom(SEED);
    const privacy = new RunPrivacy({ run: 'tapped', schedule, ledger, cohort: baskets.length, random });
    const recorded = await record('popularity', baskets, privacy);
    const areas = Array.from(recorded, ([device, { up }]) => {
      const message = up[1]!.message;
      if (message.type !== 'contribution') throw new Error('The second message is not a contribution.');
      const first = Number(device.split('-')[1]);
      return areaUnderCurve(int32OfBytes(message.data), new Set(Array.from({ length: 60 }, (_, n) => first + n)));
    });
    return areas.reduce((sum, one) => sum + one, 0) / areas.length;
  };
  expect(await area(undefined)).toBe(1);
  // The standard error of the mean is 0.014; epsilon is 1 under replace-one.
  expect(Math.abs((await area(8.45)) - 0.5)).toBeLessThan(0.07);
});
