"""How the page looks: by day, by night and on paper. Nothing is loaded, and no colour says what no word says."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --card: #f6f8fb; --ink: #19212c; --dim: #586372; --line: #d4dbe4;
  --ok: #176f43; --warn: #8a5a00; --bad: #b8232a; --note: #0a5a9c;
  --ok-wash: #e8f5ee; --warn-wash: #fdf4dc; --bad-wash: #fdecec; --note-wash: #e8f2fb;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11151b; --card: #191f28; --ink: #e7ecf2; --dim: #9eabba; --line: #343e4c;
    --ok: #56c98f; --warn: #e5b64a; --bad: #ff8a82; --note: #79bcff;
    --ok-wash: #14291f; --warn-wash: #2c2412; --bad-wash: #321a1b; --note-wash: #13263a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: anywhere;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif;
}
main, footer, nav { max-width: 56rem; margin: 0 auto; padding: 0 1.25rem; }
nav { padding-top: 1.25rem; }
article { padding: 2rem 0 1rem; }
article + article { border-top: 3px double var(--line); margin-top: 2rem; }
h1, h2, h3, h4 { line-height: 1.3; }
h1, h2 { text-wrap: balance; }
h1 { font-size: 1.7rem; margin: .6rem 0 .4rem; letter-spacing: -.01em; }
h2 { font-size: 1.2rem; margin: 2.6rem 0 1rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 0 0 .35rem; }
h4 { font-size: .8rem; margin: 1.1rem 0 .2rem; color: var(--dim); font-weight: 600; letter-spacing: .02em; }
p { margin: .3rem 0 .6rem; max-width: 44rem; }
a { color: var(--note); }
code, pre { font: .86em/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
pre {
  margin: .4rem 0 .8rem; padding: .7rem .9rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .4rem; overflow-y: auto; max-height: 22rem; white-space: pre-wrap;
}
.dim { color: var(--dim); }
.small { font-size: .88rem; }
.pill {
  display: inline-block; padding: .1rem .6rem; border: 1.5px solid currentColor; border-radius: 1rem;
  font-size: .8rem; font-weight: 700; letter-spacing: .04em; vertical-align: .1em; white-space: nowrap;
}
.pill.critical, .pill.error { color: var(--bad); }
.pill.warning, .warned { color: var(--warn); }
.pill.unknown, .finding .pill.info { color: var(--note); }
.pill.clean, .pill.info, .pill.accepted { color: var(--ok); }
.tiles { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.3rem 0 0; padding: 0; list-style: none; }
.tiles li {
  flex: 1 1 7.5rem; padding: .7rem .95rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; font-size: .88rem;
}
.tiles b { display: block; font-size: 1.6rem; line-height: 1.3; white-space: nowrap; }
.tiles svg { width: 1.5rem; height: 1.5rem; vertical-align: -.22em; margin: 0 .4rem 0 -.15rem; }
.assumed {
  margin: .9rem 0; padding: .6rem .9rem; background: var(--warn-wash);
  border: 1.5px dashed var(--warn); border-radius: .5rem;
}
.finding {
  margin: 0 0 1.2rem; padding: 1rem 1.2rem; background: var(--card); border: 1px solid var(--line);
  border-left: .35rem solid var(--note); border-radius: .6rem;
}
.finding.critical, .finding.error { border-left-color: var(--bad); }
.finding.warning { border-left-color: var(--warn); }
.finding .head h3 { margin-top: .45rem; }
.lead { font-size: 1.05rem; }
blockquote { margin: .5rem 0; padding: .1rem 0 .1rem 1rem; border-left: 3px solid var(--line); }
blockquote p { margin: .1rem 0; }
blockquote q { font-style: italic; }
details { margin-top: .8rem; }
summary { cursor: pointer; font-weight: 600; padding: .25rem 0; }
summary:focus-visible, a:focus-visible, .wide:focus-visible { outline: 3px solid var(--note); outline-offset: 3px; }
.cure { margin: .9rem 0; padding: .8rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
.cure h4 { margin: 0 0 .3rem; font-size: 1rem; color: var(--ink); letter-spacing: 0; }
.cure ol { margin: .5rem 0 0; padding-left: 1.5rem; }
.cure li { margin-bottom: .8rem; }
figure { margin: 0; }
.prompt { color: var(--dim); user-select: none; }
table { border-collapse: collapse; width: 100%; font-size: .88rem; margin: .6rem 0; }
caption { text-align: left; color: var(--dim); padding-bottom: .3rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); }
code, td, th, bdi { unicode-bidi: isolate; }
.wide { overflow-x: auto; }
.wide svg { display: block; width: 100%; min-width: 34rem; height: auto; }
.branch { margin: 0 0 2rem; }
.failures { padding-left: 1.2rem; }
.walk { padding-left: 1.4rem; margin: .5rem 0; }
.walk li { margin-bottom: .7rem; }
.mark { width: 1.1em; height: 1.1em; vertical-align: -.15em; }
footer { padding: 1.5rem 1.25rem 2.5rem; color: var(--dim); font-size: .85rem; }

svg text { fill: var(--ink); font-size: 13px; }
svg .name { font-size: 15px; font-weight: 650; }
svg .faint { fill: var(--dim); }
svg .head { font-weight: 650; font-size: 13px; }
svg .code { font: 11.5px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: var(--dim); }
svg .stripe { fill: var(--card); }
svg .card { fill: var(--card); stroke: var(--line); }
svg .card.gone { fill: var(--bad-wash); stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 7 5; }
svg .card.idle { fill: none; stroke: var(--warn); stroke-dasharray: 2 3; }
svg .card.end { fill: var(--note-wash); stroke: var(--note); }
svg .way { stroke: var(--dim); stroke-width: 2.5; fill: none; }
svg .way.broken { stroke: var(--bad); stroke-dasharray: 3 6; }
svg .cross { stroke: var(--bad); stroke-width: 2.5; }
svg .is-ok { fill: var(--ok); } svg .is-warn { fill: var(--warn); } svg .is-bad { fill: var(--bad); }
svg .is-note { fill: var(--note); }
svg .sign { stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; fill: none; stroke: var(--paper); }
svg .open { fill: var(--paper); stroke-width: 2; }
svg .open.is-bad { fill: var(--paper); stroke: var(--bad); stroke-dasharray: 3 2.4; }
svg .open.is-warn { fill: var(--paper); stroke: var(--warn); }
svg .open.is-note { fill: var(--paper); stroke: var(--note); stroke-dasharray: 3 2.4; }
svg .sign.in-bad { stroke: var(--bad); } svg .sign.in-warn { stroke: var(--warn); }
svg .sign.in-note { stroke: var(--note); }

@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --card: #ffffff; --ink: #000000; --dim: #3f4854; --line: #aeb7c2;
    --ok: #0f5c36; --warn: #6f4800; --bad: #9c1a20; --note: #084a80;
    --ok-wash: #ffffff; --warn-wash: #ffffff; --bad-wash: #ffffff; --note-wash: #ffffff;
  }
  @page { margin: 16mm 15mm; }
  :root { font-size: 10.5pt; }
  article { padding-top: 0; }
  .tiles li { flex-basis: 5rem; padding: .4rem .6rem; }
  .tiles b { font-size: 1.25rem; }
  main, footer, nav { max-width: none; padding: 0; }
  article + article { break-before: page; border: 0; }
  h2, h3, h4, caption { break-after: avoid; }
  .branch, .wide, .tiles, .finding .head, blockquote, tr { break-inside: avoid; }
  .finding .head { break-after: avoid; }
  .wide { overflow: visible; }
  .wide svg { min-width: 0; }
  pre { max-height: none; overflow: visible; }
  details::details-content { content-visibility: visible; block-size: auto; }
  summary { list-style: none; }
  .twin, nav { display: none; }
}
"""
