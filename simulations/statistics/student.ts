/**
 * Student's t distribution function for a whole number of degrees of freedom, from 1, in closed form
 * (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4). Takes infinite t.
 */
export function studentCdf(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return t > 0 ? 1 : 0;
  const angle = Math.atan(t / Math.sqrt(degrees));
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  let term = odd ? cosine : 1;
  let series = degrees === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < degrees; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    series += term;
  }
  const between = odd ? (2 / Math.PI) * (angle + sine * series) : sine * series;
  return (1 + between) / 2;
}
