// Draws the figures of a page. The figure is data (<script type="application/json">); without this module, or when
// plotly.js cannot be loaded, what the server put beside it (an SVG, the table) simply stays.

// plotly.js inserts this style element unless one of that name exists; our policy forbids inline styles and we draw no map.
const MAP_STYLE = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
const CONFIG = {
  showSendToCloud: false, plotlyServerURL: "", displaylogo: false, responsive: true, locale: "fr", displayModeBar: false,
};
const figures = [...document.querySelectorAll("figure.chart[data-chart]")];
const own = document.querySelector("script[data-plotly]")?.dataset;

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error(address));
    document.head.append(script);
  });
}

async function plotly() {
  if (!window.Plotly) {
    const mark = document.createElement("meta");
    mark.id = MAP_STYLE;
    document.head.append(mark);
    await load(own.plotly);
    await load(own.locale);
  }
  return window.Plotly;
}

/** The page's own colours and letters, as the custom properties say now (light or dark, or a theme). */
function theme(element) {
  const style = getComputedStyle(element);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = ["ink", "soft", "line", "card", "paper", "hue", "tint", "ambitionner", "agir", "analyser", "ajuster"];
  const colours = Object.fromEntries(names.map((name) => [name, token(name)]));
  return { ...colours, sans: token("sans"), size: element.clientWidth < 440 ? 11 : parseFloat(style.fontSize) * 0.9 };
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

function dressed(figure, look) {
  const { data, layout = {} } = coloured(figure, look);
  const axes = Object.keys(layout).filter((key) => /^[xy]axis\d*$/.test(key));
  const base = {
    autosize: true,
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: look.sans, size: look.size, color: look.ink },
    colorway: [look.analyser, look.agir, look.ambitionner, look.ajuster],
    hoverlabel: { bgcolor: look.card, bordercolor: look.line, font: { family: look.sans, color: look.ink } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" }, margin: { l: 8, r: 8, t: 12, b: 8 }, separators: ",\u202f", dragmode: false,
    ...layout,
  };
  for (const key of new Set(["xaxis", "yaxis", ...axes])) base[key] = { ...axis(look, key[0]), ...layout[key] };
  delete base.template;
  delete base.width;
  return { data, layout: base };
}

async function draw(element) {
  const source = element.querySelector("script[type='application/json']");
  const place = element.querySelector(".chart-plot");
  const figure = JSON.parse(source.textContent);
  const library = await plotly();
  const redraw = (method) => {
    const { data, layout } = dressed(figure, theme(element));
    return library[method](place, data, layout, CONFIG);
  };
  element.classList.add("drawn"); // shows the place before it is measured
  try {
    await redraw("newPlot");
  } catch (problem) {
    element.classList.remove("drawn");
    throw problem;
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw("react"));
  // The page is still laid out for the screen when a print begins: say the size a chart has on A4.
  const width = element.closest(".dashboard") ? 312 : 640;
  addEventListener("beforeprint", () => library.relayout(place, { autosize: false, width, height: 196, "font.size": 10 }));
  addEventListener("afterprint", () => redraw("react"));
}

async function drawAll() {
  for (const element of figures) {
    await draw(element);
    await new Promise((next) => setTimeout(next)); // a slow machine stays answerable between two charts
  }
}

if (figures.length && own) drawAll().catch((problem) => console.warn("graphique non dessiné :", problem));
