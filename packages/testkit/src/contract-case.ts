import { describe, it } from 'vitest';

/** One promise of a contract, as a test that can be run anywhere: by vitest, or by hand over a fake that lies. */
export interface ContractCase<Traits, Bench> {
  /** The promise in words. */
  readonly name: string;
  /** Whether the promise is made by a subject with these traits. Absent: by every subject. */
  readonly when?: (traits: Traits) => boolean;
  /** Rejects when the promise is broken. */
  run(bench: Bench): Promise<void>;
}

/** The cases that apply to a subject with these traits. */
export function casesFor<Traits, Bench>(
  cases: readonly ContractCase<Traits, Bench>[],
  traits: Traits,
): readonly ContractCase<Traits, Bench>[] {
  return cases.filter(({ when }) => when === undefined || when(traits));
}

/** Runs one case over a bench of its own. */
export async function runCase<Traits, Bench extends AsyncDisposable>(
  one: ContractCase<Traits, Bench>,
  makeBench: () => Promise<Bench>,
): Promise<void> {
  await using bench = await makeBench();
  await one.run(bench);
}

/** What {@link failingCases} found. */
export interface BrokenPromise {
  readonly name: string;
  readonly error: unknown;
}

async function within(seconds: number, running: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`not over after ${seconds} s`)),
    seconds * 1000,
  );
  try {
    await Promise.race([running, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs every case that applies and tells which are broken: for proving that a suite notices a false claim. A case that
 * is not over after `patienceSeconds` (default 5) is broken too.
 */
export async function failingCases<Traits, Bench extends AsyncDisposable>(
  cases: readonly ContractCase<Traits, Bench>[],
  traits: Traits,
  makeBench: () => Promise<Bench>,
  patienceSeconds = 5,
): Promise<readonly BrokenPromise[]> {
  const broken: BrokenPromise[] = [];
  for (const one of casesFor(cases, traits)) {
    try {
      await within(patienceSeconds, runCase(one, makeBench));
    } catch (error) {
      broken.push({ name: one.name, error });
    }
  }
  return broken;
}

/** Hands the cases that apply to vitest. */
export function describeCases<Traits, Bench extends AsyncDisposable>(
  title: string,
  cases: readonly ContractCase<Traits, Bench>[],
  traits: Traits,
  makeBench: () => Promise<Bench>,
  timeoutSeconds: number,
): void {
  describe(`${title}`, () => {
    it.each(casesFor(cases, traits))(
      '$name',
      async (one) => {
        await runCase(one, makeBench);
      },
      timeoutSeconds * 1000,
    );
  });
}
