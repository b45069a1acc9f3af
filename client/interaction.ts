import * as z from 'zod';
import type { Interaction } from '../shared/history.ts';

/** What an app may record, and what a file of a history holds. */
export const interactionSchema: z.ZodType<Interaction> = z.strictObject({
  item: z.string().min(1).max(256),
  at: z.number(),
  quantity: z.number().positive().optional(),
  basket: z.string().max(256).optional(),
});
