import type { PrivacySettings } from '../../server/privacy/options.ts';
import { compileRoundOptions, type RoundSettings } from '../../server/round/settings.ts';
import { SettingsError } from '../../shared/errors.ts';
import { parseTraceSpec } from './trace-spec.ts';

/** The settings of a run that have to do with traces. */
export interface TracedSettings {
  readonly trace?: string | undefined;
  readonly transport: string;
  readonly cohort?: number | 'all' | undefined;
  readonly overSelection?: number | undefined;
  readonly minimum?: number | undefined;
  readonly trainMs?: number | undefined;
}

/** @throws SettingsError if they do not go together. */
export function checkTracedSettings(settings: TracedSettings, { sampling }: Pick<PrivacySettings, 'sampling'>): void {
  const { trace, transport, cohort, overSelection, minimum, trainMs } = settings;
  if (trace === undefined) {
    if (overSelection === undefined && minimum === undefined && trainMs === undefined) return;
    throw new SettingsError(
      'Without a trace all devices answer at once, so --over-selection, --minimum and --deadline say nothing. Add --trace diurnal, or leave them out.',
    );
  }
  if (transport !== 'memory') {
    throw new SettingsError('Traces are played in virtual time, which sockets do not keep. Use --transport memory.');
  }
  if (sampling === 'poisson' || sampling === 'without-replacement') {
    throw new SettingsError(
      "Who is available is nobody's random choice, so sampling amplifies no privacy under a trace. Use --sampling min-separation.",
    );
  }
  if (cohort === undefined || cohort === 'all') {
    throw new SettingsError('With a trace not everybody is there at once. Say how many a round wants with --cohort.');
  }
  parseTraceSpec(trace);
  tracedRounds(settings, cohort);
}

/** How rounds are held: as with real devices, and given up as often as need be while the traces go on. */
export function tracedRounds(
  { overSelection, minimum, trainMs }: Pick<TracedSettings, 'overSelection' | 'minimum' | 'trainMs'>,
  goal: number,
): RoundSettings {
  return compileRoundOptions({ goal, overSelection, minimum, trainMs });
}
