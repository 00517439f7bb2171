import type { HookConfig } from '../config/hook-config.ts';
import type { NativeConfig } from '../config/native-config.ts';

/** A path below the options of the flow, or below its description. */
export type Place = readonly (string | number)[];

/** Where in the options of the flow the part of a task stands, by its path in the task. */
export type OptionPlace = (path: Place) => Place;

/** Of a task that is made of one option as a whole. */
export function wholeOption(...place: Place): OptionPlace {
  return () => place;
}

/** Of the job: most fields have their own name in the options. */
export function jobPlace(config: NativeConfig): OptionPlace {
  return ([field, ...rest]) => {
    switch (field) {
      case 'run':
        return [config.run === undefined ? 'job' : 'run'];
      case 'dir':
        return config.directory === undefined ? [] : ['directory'];
      case 'retry':
        return ['resubmit', ...rest];
      case 'env':
      case 'resources':
      case 'image':
      case 'options':
      case 'outputs':
      case 'priority':
      case 'limits':
        return [field, ...rest];
      default:
        return [];
    }
  };
}

const STEPS = ['move', 'remove', 'quota', 'notify'] as const;

/** Of the arguments of a hook: of a step, of a function, or of a command that is captured. */
function argumentPlace(hook: HookConfig, path: Place): Place {
  const step = STEPS.find((name) => hook[name] !== undefined);
  if (step !== undefined) return step === 'quota' ? [step] : [step, ...path];
  return hook.call === undefined ? path.slice(0, 1) : ['args', ...path];
}

/** Of a hook that stands at a place. */
export function hookPlace(hook: HookConfig, at: Place): OptionPlace {
  return ([field, ...rest]) => {
    switch (field) {
      case 'run':
        return [...at, hook.check === undefined ? 'run' : 'check'];
      case 'args':
        return [...at, ...argumentPlace(hook, rest)];
      case 'resources':
        return [...at, 'timeout'];
      case 'check':
        return [...at, rest[0] === 'every' ? 'every' : 'patience'];
      case 'call':
      case 'dir':
      case 'env':
      case 'retry':
      case 'backend':
        return hook[field] === undefined ? at : [...at, field, ...rest];
      default:
        return at;
    }
  };
}

/** Of the directory of a member. */
export const directoryPlace: OptionPlace = ([field, argument, ...rest]) => {
  if (field !== 'args') return [];
  switch (argument) {
    case 'directory':
      return ['directory'];
    case 'extensions':
      return ['extend', ...rest];
    case 'parameters':
      return [];
    default:
      return ['template'];
  }
};

/** Of the archive. */
export const archivePlace: OptionPlace = ([field, argument, ...rest]) => {
  if (field === 'outputs') return ['archive', 'address'];
  if (field !== 'args' || argument === 'from' || argument === 'manifest') return ['archive'];
  return ['archive', ...(argument === undefined ? [] : [argument]), ...rest];
};
