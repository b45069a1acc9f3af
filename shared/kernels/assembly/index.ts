export { allocate, release } from './heap';
export { below, nextUint32 } from './random';
export { addDoubles, addScaledRows, squaredNorm } from './sum';
