import type { Option, OptionSources, OptionTable } from '@sheep-shed/options';
import { resolveOptions } from '@sheep-shed/options';
import { wordOf } from '@sheep-shed/options/readers';

/** The names of the presets. */
export const PRESET_NAMES = ['quick', 'default', 'classic'] as const;

/** A named plan. */
export type PresetName = (typeof PRESET_NAMES)[number];

/** The option that chooses a preset. */
export const PRESET_OPTION = {
  preset: {
    env: 'BENCH_PRESET',
    help: 'named plan, whose values take the place of the defaults below',
    default: 'default',
    ...wordOf(PRESET_NAMES),
  } satisfies Option<PresetName>,
};

/** Values by option name, which take the place of the built-in defaults, and why they are what they are. */
export interface Preset {
  readonly reason: string;
  readonly values: Readonly<Record<string, string | number>>;
}

/** The presets; an option that is given beats its preset. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  quick: {
    reason:
      'Ends within half a minute for two stacks on this machine: shows that all works, and differences of a factor. Fewer rounds than by default, and shorter ones, each on new execution environments; 300 sheep keep a scan short; cold starts are not told, since six of them give no p90.',
    values: { rounds: 6, duration: 0.6, warmUp: 0.1, herd: 300, cold: 0 },
  },
  default: {
    reason: 'The defaults of the options, as docs/method.md gives their reasons: about 80 s for two stacks.',
    values: {},
  },
  classic: {
    reason:
      'The plan of the earlier benchmark of this kind, 1 000 calls at 100 parallel with A(3, 8), so that its published figures have a counterpart. Meant for AWS: here 100 execution environments would share the cores. No warm-up, since that plan counted the cold starts of its burst.',
    values: { calls: 1000, connections: 100, warmUp: 0, m: 3, n: 8, herd: 1000 },
  },
};

/**
 * The values of the preset that the sources name.
 * @throws OptionError when there is no preset of that name.
 */
export function presetOf(sources: OptionSources): Preset['values'] {
  const { preset } = resolveOptions(PRESET_OPTION, { ...sources, file: pickPreset(sources.file) });
  const { calls, ...rest } = PRESETS[preset].values;
  const isTimed =
    sources.flags?.['duration'] !== undefined ||
    sources.environment?.['BENCH_DURATION'] !== undefined ||
    sources.file?.['duration'] !== undefined;
  // Calls beat a duration; a preset's must not beat a duration that was given.
  return calls === undefined || isTimed ? rest : { ...rest, calls };
}

/**
 * Resolves a table of options that has a `preset`: built-in default, preset, file, environment, command line, each
 * beating the one before.
 * @throws OptionError as {@link resolveOptions} does.
 */
export function resolveWithPreset<Table extends OptionTable>(table: Table, sources: OptionSources) {
  return resolveOptions<Table>(table, { ...sources, preset: presetOf(sources) });
}

function pickPreset(file: OptionSources['file'] = {}) {
  return file['preset'] === undefined ? {} : { preset: file['preset'] };
}
