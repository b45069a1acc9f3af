import { expect, test } from 'vitest';
import { seededRandom } from '../../../shared/random/seeded.ts';
import { SharedIds } from '../../../simulations/data/shared-columns.ts';
import { SortedIds } from '../../../simulations/simulate/sorted-ids.ts';

const random = seededRandom(4, 'sorted ids');
const odd = ['é', 'b', 'Z', 'a10', 'a9', '\u{1f600}', '\uffee', 'a', ''];
const many = Array.from({ length: 5_000 }, (_, user) => `${random.below(1e9)}-${user}`);

test.each([
  ['in no order', odd],
  ['in order', odd.toSorted()],
  ['many', many],
  ['none', []],
])('ids %s are listed in the order of their code units, and lead back to their users', (_, ids) => {
  for (const given of [ids, SharedIds.of(ids)]) {
    const sorted = new SortedIds(given);
    expect(Array.from({ length: sorted.length }, (_, index) => sorted.at(index))).toEqual(ids.toSorted());
    for (const [user, id] of ids.entries()) {
      expect(sorted.userOf(id)).toBe(user);
      expect(sorted.at(sorted.indexOf(id))).toBe(id);
      expect(sorted.userAt(sorted.indexOf(id))).toBe(user);
    }
  }
});
