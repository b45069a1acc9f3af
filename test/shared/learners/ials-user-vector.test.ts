import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from '../../../shared/kernels/heap.ts';
import { wasmKernels } from '../../../shared/kernels/kernels.ts';
import { residentItems } from '../../../shared/learners/ials/item-side.ts';
import { UserSolver } from '../../../shared/learners/ials/user-vector.ts';
import { innerProduct } from '../../../shared/linear-algebra/tall.ts';
import { Model } from '../../../shared/model.ts';
import { largestDifference, randomNumbers } from '../linear-algebra/matrices.ts';
import { halfStep, type IalsSettings, userLoss, vectorsOf } from './ials-oracle.ts';

const ITEMS = 30;
const DIMENSION = 6;
const flat = Float32Array.from(randomNumbers(ITEMS * DIMENSION, 'items'));
const gramian = Float32Array.from(innerProduct(Float64Array.from(flat), Float64Array.from(flat), DIMENSION));
const model = new Model(
  [
    { name: 'item.vectors', shape: [ITEMS, DIMENSION] },
    { name: 'item.gramian', shape: [DIMENSION, DIMENSION] },
    { name: 'item.shares', shape: [ITEMS] },
  ],
  Float32Array.from([...flat, ...gramian, ...new Float32Array(ITEMS)]),
);
const heap = new Heap(wasmKernels());
const items = vectorsOf(flat, DIMENSION);

const settings: fc.Arbitrary<IalsSettings> = fc.record({
  dimension: fc.constant(DIMENSION),
  unobservedWeight: fc.double({ min: 0.01, max: 3, noNaN: true }),
  regularisation: fc.double({ min: 1e-4, max: 1, noNaN: true }),
  frequencyExponent: fc.double({ min: 0, max: 2, noNaN: true }),
});
const history = fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: ITEMS });

function solveUser(bought: readonly number[], weights: readonly number[], options: IalsSettings): Float64Array {
  const { unobservedWeight } = options;
  const side = residentItems(heap, model, { items: ITEMS, dimension: DIMENSION, unobservedWeight, prior: 0 });
  const solver = new UserSolver(options, heap);
  const pointer = heap.kernels.allocate(8 * bought.length);
  heap.int32(pointer, bought.length).set(bought);
  heap.float32(pointer + 4 * bought.length, bought.length).set(weights);
  solver.solve(side, pointer, pointer + 4 * bought.length, bought.length);
  const user = heap.float64(solver.vector, DIMENSION).slice();
  heap.kernels.release(pointer);
  solver.release();
  return user;
}

it('the user solver ends where the loss is flat', () => {
  const weights = fc.array(fc.double({ min: 0.01, max: 5, noNaN: true }), { minLength: ITEMS, maxLength: ITEMS });
  fc.assert(
    fc.property(history, weights, settings, (bought, some, options) => {
      const own = some.slice(0, bought.length);
      const user = [...solveUser(bought, own, options)];
      const loss = (moved: readonly number[]) => userLoss(moved, bought, own, items, options);
      const step = 1e-2;
      for (let k = 0; k < DIMENSION; k++) {
        const [up, down] = [step, -step].map(by => loss(user.map((value, j) => (j === k ? value + by : value))));
        // Of a quadratic loss central differences are exact but for rounding.
        const slope = (up! - down!) / (2 * step);
        const curvature = (up! + down! - 2 * loss(user)) / step ** 2;
        expect(Math.abs(slope / curvature)).toBeLessThan(1e-5);
        expect(curvature).toBeGreaterThan(0);
      }
    }),
  );
});

it('the user solver with weights of 1 agrees with Gaussian elimination', () => {
  fc.assert(
    fc.property(history, settings, (bought, options) => {
      const user = solveUser(
        bought,
        bought.map(() => 1),
        options,
      );
      expect(largestDifference(user, halfStep([bought], items, options)[0]!)).toBeLessThan(1e-4);
    }),
  );
});

it('the user solver gives zeros for an empty history', () => {
  const options = { dimension: DIMENSION, unobservedWeight: 0.3, regularisation: 0.01, frequencyExponent: 1 };
  expect(solveUser([], [], options)).toEqual(new Float64Array(DIMENSION));
});
