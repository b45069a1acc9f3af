/** A B of two square matrices (row-major, order x order), four rows of B at a time: each stays in registers as it is used. */
export function squareProduct(a: Float64Array, b: Float64Array, order: number): Float64Array {
  const product = new Float64Array(order * order);
  for (let i = 0; i < order; i++) {
    const row = product.subarray(i * order, (i + 1) * order);
    let k = 0;
    for (; k + 4 <= order; k += 4) {
      const a0 = a[i * order + k]!;
      const a1 = a[i * order + k + 1]!;
      const a2 = a[i * order + k + 2]!;
      const a3 = a[i * order + k + 3]!;
      const b0 = k * order;
      const b1 = b0 + order;
      const b2 = b1 + order;
      const b3 = b2 + order;
      for (let j = 0; j < order; j++) {
        row[j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + (a2 * b[b2 + j]! + a3 * b[b3 + j]!);
      }
    }
    for (; k < order; k++) {
      const factor = a[i * order + k]!;
      for (let j = 0; j < order; j++) row[j]! += factor * b[k * order + j]!;
    }
  }
  return product;
}

export function transpose(matrix: Float64Array, order: number): Float64Array {
  const transposed = new Float64Array(order * order);
  for (let i = 0; i < order; i++) for (let j = 0; j < order; j++) transposed[j * order + i] = matrix[i * order + j]!;
  return transposed;
}
