/** What every report says of how its settings came about; docs/tuning.md explains. */
export const TUNING_NOTICE =
  'Each epsilon is of one run whose settings were fixed beforehand. Choosing settings by what runs on private data found, as a comparison like this one invites, costs privacy that no epsilon here counts. Choose on public or synthetic data, or let larder tune choose privately and charge for it: docs/tuning.md.';
