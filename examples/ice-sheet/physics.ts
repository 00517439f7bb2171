/**
 * Isothermal shallow-ice flow along a line: dH/dt = M + d/dx( D ds/dx ), s = bed + H,
 * D = 2A (rho g)^n / (n + 2) * H^(n+2) |ds/dx|^(n-1)   (Huybrechts et al. 1996, EISMINT, eq. 3 reduced to one dimension).
 */

/** Glen's exponent. */
export const GLEN_N = 3;
/** Ice density, kg m-3. */
export const ICE_DENSITY = 910;
/** Gravity, m s-2. */
export const GRAVITY = 9.81;
/** Seconds in a year, as EISMINT counts them. */
export const SECONDS_PER_YEAR = 31_556_926;

/**
 * Rate factor of Glen's law in Pa^-3 a^-1 for a temperature in degrees Celsius:
 * Arrhenius law of Paterson (1994) with its break at 263.15 K, constants as in Greve and Blatter (2009), section 4.3.1.
 */
export function rateFactor(temperature: number): number {
  const kelvin = temperature + 273.15;
  const [prefactor, activation] = kelvin < 263.15 ? [3.985e-13, 60_000] : [1.916e3, 139_000];
  return prefactor * Math.exp(-activation / (8.314 * kelvin)) * SECONDS_PER_YEAR;
}

/** 2A (rho g)^n / (n + 2), the constant in front of the diffusivity, m^-3 a^-1 for `rate` in Pa^-3 a^-1. */
export function flowConstant(rate: number): number {
  return (2 * rate * (ICE_DENSITY * GRAVITY) ** GLEN_N) / (GLEN_N + 2);
}

/** Keeps the lagged diffusivity (which carries the cube of the slope) from ringing. */
const STEP_SAFETY = 3;

/** What a run of the model is made of. Lengths in m, time in years. */
export interface FlowlineState {
  /** Model time, years. */
  readonly year: number;
  /** Ice thickness at the nodes, m. */
  readonly thickness: Float64Array;
}

/** What stays the same during a run. */
export interface FlowlineSetup {
  /** Distance of two nodes, m. */
  readonly spacing: number;
  /** Bed elevation at the nodes, m. The first and last node stay free of ice. */
  readonly bed: Float64Array;
  /** Surface mass balance, m of ice a year. */
  readonly accumulation: number;
  /** From {@link flowConstant}. */
  readonly flow: number;
}

function diffusivity(setup: FlowlineSetup, thickness: Float64Array): Float64Array {
  const { bed, flow, spacing } = setup;
  const between = new Float64Array(thickness.length - 1);
  for (let node = 0; node < between.length; node += 1) {
    const left = thickness[node] ?? 0;
    const right = thickness[node + 1] ?? 0;
    const slope = ((bed[node + 1] ?? 0) + right - (bed[node] ?? 0) - left) / spacing;
    const middle = (left + right) / 2;
    between[node] = flow * middle ** (GLEN_N + 2) * Math.abs(slope) ** (GLEN_N - 1);
  }
  return between;
}

/**
 * One step with the diffusivity of the step's start and the slope of its end (linearly implicit), solved by Thomas'
 * algorithm; negative thickness is cut to zero. Stable for steps of years at spacings of kilometres.
 */
export function step(setup: FlowlineSetup, state: FlowlineState, years: number): FlowlineState {
  const { thickness } = state;
  const { bed, spacing } = setup;
  const last = thickness.length - 1;
  const between = diffusivity(setup, thickness);
  const ratio = years / spacing ** 2;
  const upper = new Float64Array(last + 1);
  const right = new Float64Array(last + 1);
  for (let node = 1; node < last; node += 1) {
    const west = ratio * (between[node - 1] ?? 0);
    const east = ratio * (between[node] ?? 0);
    const here = bed[node] ?? 0;
    const bedTerm = east * ((bed[node + 1] ?? 0) - here) - west * (here - (bed[node - 1] ?? 0));
    const source = (thickness[node] ?? 0) + years * setup.accumulation + bedTerm;
    const pivot = 1 + west + east - west * -(upper[node - 1] ?? 0);
    upper[node] = -east / pivot;
    right[node] = (source + west * (right[node - 1] ?? 0)) / pivot;
  }
  const next = new Float64Array(last + 1);
  for (let node = last - 1; node > 0; node -= 1) {
    next[node] = Math.max(0, (right[node] ?? 0) - (upper[node] ?? 0) * (next[node + 1] ?? 0));
  }
  return { year: state.year + years, thickness: next };
}

/**
 * The longest step in years that stays smooth: the diffusivity is taken from the start of the step, so the step must not
 * carry the surface across a node; one dx^2 / D is safe, `longest` bounds it where the ice is thin.
 */
export function stableYears(
  setup: FlowlineSetup,
  thickness: Float64Array,
  longest: number,
): number {
  let largest = 0;
  for (const value of diffusivity(setup, thickness)) largest = Math.max(largest, value);
  return largest === 0 ? longest : Math.min(longest, setup.spacing ** 2 / (STEP_SAFETY * largest));
}

/** Ice volume per metre of width, m2. */
export function volume(setup: FlowlineSetup, thickness: Float64Array): number {
  return thickness.reduce((sum, height) => sum + height, 0) * setup.spacing;
}

/** Thickness at the divide of the steady sheet of half-width `halfWidth` (m): Vialov (1958); Cuffey and Paterson (2010), eq. 11.20. */
export function vialovDivide(flow: number, accumulation: number, halfWidth: number): number {
  const n = GLEN_N;
  return 2 ** (n / (2 * n + 2)) * (accumulation / flow) ** (1 / (2 * n + 2)) * Math.sqrt(halfWidth);
}

/** A spreading sheet without accumulation, m: Halfar (1981), one horizontal dimension; `age` counts from `halfarAge`. */
export function halfarThickness(options: {
  readonly flow: number;
  readonly divide: number;
  readonly halfWidth: number;
  readonly age: number;
  readonly distance: number;
}): number {
  const n = GLEN_N;
  const shrink = (halfarAge(options) / options.age) ** (1 / (3 * n + 2));
  const inside = 1 - (shrink * (Math.abs(options.distance) / options.halfWidth)) ** ((n + 1) / n);
  return inside <= 0 ? 0 : options.divide * shrink * inside ** (n / (2 * n + 1));
}

/** Age in years at which Halfar's sheet has the given divide thickness and half-width, both in m. */
export function halfarAge(options: {
  readonly flow: number;
  readonly divide: number;
  readonly halfWidth: number;
}): number {
  const n = GLEN_N;
  const shape = ((2 * n + 1) / (n + 1)) ** n;
  return (
    (shape * options.halfWidth ** (n + 1)) /
    ((3 * n + 2) * options.flow * options.divide ** (2 * n + 1))
  );
}
