/** The indices of the k highest scores among those that `admit` lets through, best first; of equals, the lower index. */
export function topK(scores: Float32Array, k: number, admit: (index: number) => boolean): number[] {
  const best: number[] = [];
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index]!;
    if (best.length === k && !(score > scores[best[k - 1]!]!)) continue;
    if (Number.isNaN(score) || !admit(index)) continue;
    let place = best.length;
    while (place > 0 && score > scores[best[place - 1]!]!) place--;
    best.splice(place, 0, index);
    if (best.length > k) best.pop();
  }
  return best;
}
