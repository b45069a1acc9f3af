/** Relative step of a central difference that balances rounding and truncation: the cube root of the precision. */
const DIFFERENCE = 6e-6;

const MAX_ITERATIONS = 500;

/** An iteration that gains less than so much, absolute, is the last. */
const GAIN_TOLERANCE = 1e-12;

/** Share of the gain that the slope promises which a step must bring (Armijo). */
const SUFFICIENT_DECREASE = 1e-4;

/**
 * A local minimum of a smooth function of a few variables near `start`, by BFGS with central differences and a
 * backtracking line search (Nocedal and Wright, Numerical Optimization, algorithm 6.1). Where the function is infinite it
 * is not entered. The same start gives the same end.
 */
export function minimise(value: (point: Float64Array) => number, start: Float64Array): Float64Array {
  const size = start.length;
  let point = start;
  let height = value(point);
  let slope = gradient(value, point);
  let inverseHessian = identity(size);
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    let direction = times(inverseHessian, slope).map(component => -component);
    let descent = dot(direction, slope);
    if (!(descent < 0)) {
      inverseHessian = identity(size);
      direction = slope.map(component => -component);
      descent = dot(direction, slope);
    }
    let length = 1;
    let next = along(point, direction, length);
    let nextHeight = value(next);
    while (!(nextHeight <= height + SUFFICIENT_DECREASE * length * descent)) {
      length /= 2;
      if (length < Number.EPSILON) return point;
      next = along(point, direction, length);
      nextHeight = value(next);
    }
    const nextSlope = gradient(value, next);
    update(inverseHessian, minus(next, point), minus(nextSlope, slope));
    const gain = height - nextHeight;
    point = next;
    height = nextHeight;
    slope = nextSlope;
    if (!(gain > GAIN_TOLERANCE)) break;
  }
  return point;
}

function gradient(value: (point: Float64Array) => number, point: Float64Array): Float64Array {
  return point.map((coordinate, k) => {
    const step = DIFFERENCE * Math.max(1, Math.abs(coordinate));
    const above = value(point.with(k, coordinate + step));
    const below = value(point.with(k, coordinate - step));
    return (above - below) / (2 * step);
  });
}

/** H <- (I - s y^T / y^T s) H (I - y s^T / y^T s) + s s^T / y^T s, left as it is where the curvature is not positive. */
function update(inverseHessian: Float64Array[], step: Float64Array, change: Float64Array): void {
  const curvature = dot(step, change);
  if (!(curvature > 0)) return;
  const image = times(inverseHessian, change);
  const scale = (1 + dot(change, image) / curvature) / curvature;
  for (const [i, row] of inverseHessian.entries()) {
    for (let j = 0; j < row.length; j++) {
      row[j]! += scale * step[i]! * step[j]! - (image[i]! * step[j]! + step[i]! * image[j]!) / curvature;
    }
  }
}

function identity(size: number): Float64Array[] {
  return Array.from({ length: size }, (_, k) => new Float64Array(size).fill(1, k, k + 1));
}

function times(matrix: readonly Float64Array[], vector: Float64Array): Float64Array {
  return Float64Array.from(matrix, row => dot(row, vector));
}

function along(point: Float64Array, direction: Float64Array, length: number): Float64Array {
  return point.map((coordinate, k) => coordinate + length * direction[k]!);
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((coordinate, k) => coordinate - b[k]!);
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, coordinate, k) => sum + coordinate * b[k]!, 0);
}
