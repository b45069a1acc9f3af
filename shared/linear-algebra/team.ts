/**
 * Threads that run one function together, each its own part of the work, on arrays that all of them see. What a member
 * wrote before a barrier the others read after it.
 */
export interface Team {
  /** Which member this is, from 0. */
  readonly rank: number;
  readonly size: number;
  /** Returns once every member has come to it. */
  barrier(): void;
}

export const alone: Team = { rank: 0, size: 1, barrier() {} };
