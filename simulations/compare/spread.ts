/** One figure over the seeds. */
export interface Spread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** The same figures with a spread in place of each number. */
export type Spreads<Figures> = {
  readonly [Name in keyof Figures]: Figures[Name] extends number ? Spread : Spreads<Figures[Name]>;
};

/** Figure by figure over documents of one form, at least one, that hold nothing but numbers and such documents. */
export function spreadsOf<Figures extends object>(documents: readonly Figures[]): Spreads<Figures> {
  const names = Object.keys(documents[0]!) as (keyof Figures)[];
  const entries = names.map(name => {
    const values = documents.map(document => document[name]);
    return [name, typeof values[0] === 'number' ? spreadOf(values as number[]) : spreadsOf(values as object[])];
  });
  return Object.fromEntries(entries) as Spreads<Figures>;
}

function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, min: Math.min(...values), max: Math.max(...values) };
}
