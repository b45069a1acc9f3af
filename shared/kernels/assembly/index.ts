export { choleskyFactor, choleskySolve, choleskySubstitute } from './cholesky';
export { weightedGram, weightedRowSum } from './gram';
export { allocate, release } from './heap';
export { below, nextUint32 } from './random';
export { addDoubles, addScaledRows, squaredNorm } from './sum';
