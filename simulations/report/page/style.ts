import { LIGHT_INK, paletteCss } from '../draw/palette.ts';

/** The page's style: light or dark as the reader's system is, black on white in print. */
export const STYLE = `
:root { color-scheme: light dark; --ink: ${LIGHT_INK}; --line: #d9dde1; --soft: #f4f6f7; --warn: #fff4dc; ${paletteCss('light')} }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ea; --line: #363c42; --soft: #1e2327; --warn: #3a2f14; ${paletteCss('dark')} }
}
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.6rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
p, li { max-width: 48rem; margin: .4rem 0; }
a { color: var(--blue); }
.question { font-size: 1.15rem; }
.muted, figcaption, .files { color: var(--muted); }
.notice { background: var(--warn); border-radius: .3rem; padding: .5rem 1rem; margin: 1.2rem 0; }
figure { margin: 2.6rem 0 0; }
figure h2 { margin: 0 0 .6rem; }
figure svg { display: block; max-width: 100%; height: auto; }
svg { font-family: system-ui, "DejaVu Sans", sans-serif; }
figcaption { max-width: 48rem; font-size: .92rem; margin-top: .4rem; }
.files { font-size: .85rem; margin: .2rem 0 0; }
.scroll { overflow-x: auto; margin: .7rem 0; }
table { border-collapse: collapse; font-size: .88rem; font-variant-numeric: tabular-nums; }
th, td { padding: .22rem .7rem .22rem 0; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody th { font-weight: normal; }
th:first-child { text-align: left; }
td small { color: var(--muted); display: block; }
code { font-size: .92em; background: var(--soft); padding: .1em .3em; border-radius: .2em; overflow-wrap: anywhere; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  h2, h3, figcaption { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 7pt; }
  th, td { padding-right: .4rem; }
}
`;
