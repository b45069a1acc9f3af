import { LarderError } from '../../shared/errors.ts';
import { USERS_CSV_HEADER as HEADER } from '../runs/users-csv.ts';

/** A `users.csv` does not hold what it should. */
export class UserTableError extends LarderError {
  readonly code = 'user_table';
}

/** `users.csv` in columns: a row per held-out item of each evaluated user, ascending by user. All are whole numbers. */
export interface UserTable {
  /** The user's index in the data set; users with several held-out items have several rows. */
  readonly user: Int32Array;
  /** How many items the user was trained on. */
  readonly items: Int32Array;
  /** How many users were trained on the held-out item. Of a user's several rows it does not belong to the same item as `rank`. */
  readonly popularity: Int32Array;
  /** Place of the held-out item in the list of the whole catalogue, from 1. */
  readonly rank: Int32Array;
  /** Its place among 99 items that the user never bought, from 1. */
  readonly sampled: Int32Array;
}

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const ZERO = 0x30;

/** `name` is how errors call the file. @throws UserTableError */
export function parseUserTable(bytes: Uint8Array, name: string): UserTable {
  const refuse = (what: string): UserTableError =>
    new UserTableError(`${name} ${what}. Delete its run folder and do the run again.`);
  const start = HEADER.length + 1;
  if (new TextDecoder().decode(bytes.subarray(0, start)) !== `${HEADER}\n`) {
    throw refuse(`does not begin with the header ${HEADER}`);
  }
  let rows = 0;
  for (let at = start; at < bytes.length; at++) if (bytes[at] === NEWLINE) rows++;
  if (rows === 0 || bytes.at(-1) !== NEWLINE) throw refuse('is cut off, or holds no user');
  const columns = HEADER.split(',').map(() => new Int32Array(rows));
  let at = start;
  for (let row = 0; row < rows; row++) {
    for (const [c, column] of columns.entries()) {
      const from = at;
      let value = 0;
      for (let digit = bytes[at]! - ZERO; digit >= 0 && digit <= 9; digit = bytes[++at]! - ZERO) {
        value = value * 10 + digit;
      }
      const ends = c === columns.length - 1 ? NEWLINE : COMMA;
      if (at === from || value > 0x7fffffff || bytes[at++] !== ends) {
        throw refuse(`has no row of ${columns.length} whole numbers in line ${row + 2}`);
      }
      column[row] = value;
    }
    if (row > 0 && columns[0]![row]! < columns[0]![row - 1]!) throw refuse(`is not in the order of users`);
  }
  const [user, items, popularity, rank, sampled] = columns as [
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  return { user, items, popularity, rank, sampled };
}
