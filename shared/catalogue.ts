import * as z from 'zod';
import { LarderError } from './errors.ts';

/** Something on sale. Public: the coordinator publishes the catalogue to every device. */
export interface CatalogueItem {
  readonly id: string;
  readonly title?: string | undefined;
  readonly category?: string | undefined;
  /** Buying it says something intimate (health, faith, sexuality…). Policies on the device may leave such items out. */
  readonly sensitive?: boolean | undefined;
}

/** A catalogue lists an item twice, is empty, or its bytes are not a catalogue. */
export class CatalogueError extends LarderError {
  readonly code = 'catalogue';
}

const itemSchema = z.strictObject({
  id: z.string().min(1).max(256),
  title: z.string().max(1024).optional(),
  category: z.string().max(256).optional(),
  sensitive: z.boolean().optional(),
});
const catalogueSchema = z.strictObject({ items: z.array(itemSchema).min(1) });

/** The items on sale, in a fixed order: an item's index is its row in every model. */
export class Catalogue {
  readonly items: readonly CatalogueItem[];
  readonly #indices: ReadonlyMap<string, number>;

  constructor(items: readonly CatalogueItem[]) {
    const indices = new Map<string, number>();
    for (const [index, { id }] of items.entries()) {
      if (indices.has(id))
        throw new CatalogueError(`The catalogue lists item "${id}" twice. Give each item its own id.`);
      indices.set(id, index);
    }
    if (items.length === 0) throw new CatalogueError('The catalogue is empty. Give it at least one item.');
    this.items = items;
    this.#indices = indices;
  }

  get size(): number {
    return this.items.length;
  }

  /** The item's index, or undefined if it is not on sale. */
  indexOf(id: string): number | undefined {
    return this.#indices.get(id);
  }

  encode(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify({ items: this.items }));
  }

  /** @throws CatalogueError if the bytes are not those of a catalogue. */
  static decode(bytes: Uint8Array): Catalogue {
    let json: unknown;
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    } catch (cause) {
      throw new CatalogueError('The catalogue is not valid JSON.', { cause });
    }
    const parsed = catalogueSchema.safeParse(json);
    if (!parsed.success) throw new CatalogueError(`The catalogue is malformed:\n${z.prettifyError(parsed.error)}`);
    return new Catalogue(parsed.data.items);
  }
}
