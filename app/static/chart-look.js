// A figure of the page as plotly.js draws it: our colours, letters as large as the server's, words that fit.

/** The page's own colours and letters, as the custom properties say now (light or dark, or a theme). */
export function theme(element) {
  const style = getComputedStyle(element);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = ["ink", "soft", "line", "paper", "hue", "tint", "ambitionner", "agir", "analyser", "ajuster"];
  const colours = Object.fromEntries(names.map((name) => [name, token(name)]));
  const width = element.clientWidth;
  const drawing = [...element.querySelectorAll("svg.plot")].find((svg) => svg.getBoundingClientRect().width);
  const drawn = drawing ? Number(drawing.getAttribute("font-size")) / drawing.viewBox.baseVal.width : 15 / 640;
  const size = Math.max(11, drawn * width); // letters as large as in the drawing of the server that fits here
  return { ...colours, card: token("ground"), width, size, sans: token("sans") };
}

/** A colour written "var(--agir)" in a figure stands for the token; everything else is left as it is. */
function coloured(value, look) {
  if (typeof value === "string") {
    return value.replace(/var\(--([a-z]+)\)/g, (whole, name) => look[name] ?? whole);
  }
  if (Array.isArray(value)) return value.map((item) => coloured(item, look));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, coloured(item, look)]));
  }
  return value;
}

function axis(look, letter) {
  return {
    color: look.soft, gridcolor: look.line, linecolor: look.line, zerolinecolor: look.line,
    tickcolor: look.line, dividercolor: look.line, automargin: true, fixedrange: true,
    showgrid: letter === "y", separatethousands: true,
  };
}

const plain = (text) => text.replace(/&(lt|gt|amp);/g, "·"); // as long as what is read
const widest = (texts) => Math.max(0, ...texts.flatMap((text) => plain(text).split("<br>").map((part) => part.length)));

/** « sur 196 » becomes « /196 », then lines are left out counting back from the last: as dashboards/letters.py does. */
function fitting(texts, room, size) {
  const long = (all) => (widest(all) * 0.58 + 0.33) * size;
  const shorter = long(texts) + 0.33 * size > room ? texts.map((text) => text.replace("<br>sur ", "<br>/")) : texts;
  const firsts = shorter.map((text) => text.split("<br>")[0]);
  const [whole, first] = [shorter, firsts].map((all) => Math.max(1, Math.ceil(long(all) / room)));
  const keeps = (place, step) => (texts.length - 1 - place) % step === 0;
  return shorter.map((text, place) => (keeps(place, first) ? (keeps(place, whole) ? text : firsts[place] + (text.includes("<br>") ? "<br>\u00a0" : "")) : ""));
}

/** One trace with the labels and the school years that its width can hold. */
function fitted(trace, { width, size }) {
  if (trace.orientation === "h" || typeof trace.x[0] === "number") return trace;
  const [x, room] = [trace.x, (width - 3.5 * size) / trace.y.length];
  const narrow = (all) => all.some((text) => widest([text]) * 0.58 * size + 6 > room * all.filter((other) => other === text).length);
  const years = (all) => (narrow(all) ? all.map((text) => text.replace(/^..(..-)..(..)$/, "$1$2")) : all);
  const text = trace.mode === "text" ? fitting(trace.text, room, size) : trace.text;
  return { ...trace, ...(text && { text }), x: Array.isArray(x[0]) ? [years(x[0]), x[1]] : years(x) };
}

/** Words that stay on the chart: too wide for their terms they climb, near an edge they are moved, then cut. */
function placed(note, { width, size }, terms, left) {
  const long = widest([note.text]) * 0.58 * size;
  const [room, most] = [(width - left) / terms, Math.floor(width / (0.58 * size))];
  const moved = { ...note, yshift: ((note.yshift ?? 0) * size) / 15 };
  const run = /^nothing (\d+)$/.exec(note.name ?? "");
  if (run && long > room * run[1]) return { ...moved, text: note.text.replace("<br>", " "), textangle: -90 };
  if (!["mark", "key"].includes(note.name)) return moved;
  if (plain(note.text).length > most) moved.text = `${note.text.slice(0, most - 1).trimEnd()}…`;
  const start = left + (note.xref === "paper" ? 0 : (note.x + 0.5) * room) - (note.xanchor === "right" ? Math.min(long, width) : 0);
  return { ...moved, xshift: Math.max(-start, 0) + Math.min(width - start - Math.min(long, width), 0) };
}

export function dressed(figure, look, height) {
  const { data, layout = {} } = coloured(figure, look);
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
  const base = {
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: look.sans, size: look.size, color: look.ink },
    colorway: [look.analyser, look.agir, look.ambitionner, look.ajuster],
    hoverlabel: { bgcolor: look.card, bordercolor: look.line, font: { family: look.sans, color: look.ink } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" }, margin: { l: 8, r: 8, t: 12, b: 8 }, separators: ",\u202f", dragmode: false,
    ...layout, width: look.width, height, autosize: false,
  };
  const scale = look.size / 15; // the figure's pixels are those of letters of 15
  base.margin = { ...base.margin, t: base.margin.t * scale };
  const terms = layout.xaxis?.range ? layout.xaxis.range[1] - layout.xaxis.range[0] : 1;
  const ticks = Object.entries(layout).flatMap(([key, { ticktext, showticklabels }]) => (/^yaxis/.test(key) && showticklabels !== false && ticktext) || []);
  const left = ticks.length ? widest(ticks) * 0.58 * look.size + 6 : base.margin.l;
  base.annotations = (layout.annotations ?? []).map((note) => placed(note, look, terms, left));
  for (const key of new Set(["xaxis", "yaxis", ...axes])) base[key] = { ...axis(look, key[0]), ...layout[key] };
  delete base.template;
  return { data: data.map((trace) => fitted(trace, look)), layout: base };
}
