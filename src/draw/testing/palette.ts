import type { Palette } from '../palette.ts';

/** Colours that can be told apart in a log of what was drawn. */
export const PALETTE: Palette = {
  dark: true,
  surface: '#101010',
  sunken: '#000000',
  grid: '#222222',
  line: '#333333',
  text: '#ffffff',
  text2: '#cccccc',
  text3: '#999999',
  accent: '#aaff00',
  bad: '#ff0000',
  ghost: '#111111',
  living: '#00aaff',
  owned: '#005577',
  dead: '#777777',
  inflated: '#aa3377',
  inflatedLow: '#331122',
  empty: '#00aa77',
  kept: '#006644',
  full: '#3b5567',
  below: '#d98a5b',
  cached: '#8877dd',
  mark: '#f0e442',
  bands: Array.from({ length: 16 }, (_, i) => `#0000${(16 + i).toString(16)}`),
  owners: ['#100000', '#200000', '#300000', '#400000', '#500000', '#600000', '#700000'],
};
