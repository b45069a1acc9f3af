import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { LarderError } from '../../shared/errors.ts';
import type { Interaction } from '../../shared/history.ts';
import type { Dataset } from '../data/dataset.ts';
import type { Population } from '../data/population.ts';

/** A file of histories cannot be read. */
export class HistoriesError extends LarderError {
  readonly code = 'histories';
}

/** A device and what it bought: one line of a file of histories (JSON lines). */
export interface DeviceHistory {
  readonly device: string;
  readonly interactions: readonly Interaction[];
}

const lineSchema = z.strictObject({
  device: z.string().min(1),
  interactions: z.array(
    z.strictObject({
      item: z.string().min(1),
      at: z.number(),
      quantity: z.number().optional(),
      basket: z.string().optional(),
    }),
  ),
});

/** @throws HistoriesError naming the line that is not a history, or says a device twice. */
export async function readHistories(path: string): Promise<DeviceHistory[]> {
  const histories: DeviceHistory[] = [];
  const devices = new Set<string>();
  const input = createReadStream(path);
  try {
    for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (text.trim() === '') continue;
      const history = parseLine(text, `${path}, line ${histories.length + 1}`);
      if (devices.has(history.device))
        throw new HistoriesError(`${path} lists device "${history.device}" twice. Put its purchases on one line.`);
      devices.add(history.device);
      histories.push(history);
    }
  } catch (cause) {
    if (cause instanceof LarderError) throw cause;
    throw new HistoriesError(`The histories ${path} cannot be read: ${(cause as Error).message}. Check --histories.`, {
      cause,
    });
  } finally {
    input.destroy();
  }
  return histories;
}

function parseLine(text: string, where: string): DeviceHistory {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new HistoriesError(`${where} is not JSON. Write one {"device", "interactions"} a line.`, { cause });
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) throw new HistoriesError(`${where} is no history:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The histories of some users of a data set, as their devices would have recorded them. */
export function* historiesOf(
  { catalogue, users }: Pick<Dataset, 'catalogue' | 'users'>,
  population: Population,
  from: number,
  to: number,
): Generator<DeviceHistory> {
  for (let user = from; user < to; user++) {
    const { items, times, baskets, quantities } = population.history(user).purchases;
    const interactions = Array.from(items, (item, row) => ({
      item: catalogue.items[item]!.id,
      at: times[row]!,
      quantity: quantities[row]!,
      // Ten digits: names in this order are baskets in that order, also where two share a moment.
      basket: String(baskets[row]!).padStart(10, '0'),
    }));
    yield { device: users[user]!, interactions };
  }
}
