export { allocate, release } from './heap';
export { addDoubles, addScaledRows, squaredNorm } from './sum';
