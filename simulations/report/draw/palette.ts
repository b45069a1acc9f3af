/**
 * Colours of figures. The names of the light ones are what figures are drawn with; a page swaps them for CSS variables, so
 * that they follow the reader's light or dark setting. Hues are those of Okabe and Ito (2008), which colour-blind readers
 * tell apart, darkened where they are too pale for thin lines on white.
 */
interface Shade {
  readonly name: string;
  readonly light: string;
  readonly dark: string;
}

const shade = (name: string, light: string, dark: string): Shade => ({ name, light, dark });

const HUES = [
  shade('blue', '#0072b2', '#5db5ea'),
  shade('vermilion', '#d55e00', '#ff8f4a'),
  shade('green', '#00855f', '#35c99e'),
  shade('purple', '#b5528f', '#e59cc8'),
  shade('amber', '#b57d00', '#f0b93c'),
  shade('sky', '#3a93c4', '#9ad4f5'),
];

/** From a strong promise to a weak one: viridis without its palest end. */
const RAMP = [
  shade('ramp-1', '#4da33c', '#b5de4f'),
  shade('ramp-2', '#1b9180', '#4fcf9a'),
  shade('ramp-3', '#2b748e', '#45b5c4'),
  shade('ramp-4', '#3d4f8a', '#7f9fe0'),
  shade('ramp-5', '#47196b', '#b795e8'),
];

export const INK = 'currentColor';
const PAPER_SHADE = shade('paper', '#ffffff', '#14171a');
const MUTED_SHADE = shade('muted', '#666c72', '#9aa3ab');
export const PAPER = PAPER_SHADE.light;
export const MUTED = MUTED_SHADE.light;
export const LIGHT_INK = '#1d2125';

const SHADES = [...HUES, ...RAMP, PAPER_SHADE, MUTED_SHADE];

export const SYMBOLS = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross'] as const;
export type Symbol = (typeof SYMBOLS)[number];

/** How a series looks, in every figure the same: by its place among its kind. */
export interface Look {
  readonly colour: string;
  readonly symbol: Symbol;
}

export function lookOf(place: number): Look {
  return { colour: HUES[place % HUES.length]!.light, symbol: SYMBOLS[place % SYMBOLS.length]! };
}

/** Of something ordered, by its place among `count`. */
export function rampLook(place: number, count: number): Look {
  const step = count <= 1 ? RAMP.length - 1 : Math.round((place * (RAMP.length - 1)) / (count - 1));
  return { colour: RAMP[step]!.light, symbol: SYMBOLS[place % SYMBOLS.length]! };
}

/** The drawing with variables in place of colours, for a page that has `paletteCss`. */
export function withVariables(svg: string): string {
  return SHADES.reduce((text, { name, light }) => text.replaceAll(light, `var(--${name})`), svg);
}

/** Declarations of the variables. */
export function paletteCss(theme: 'light' | 'dark'): string {
  return SHADES.map(found => `--${found.name}: ${found[theme]};`).join(' ');
}
