// Draws the figures of a page. The figure is data (<script type="application/json">); without this module, or when
// plotly.js cannot be loaded, what the server put beside it (an SVG, the table) simply stays.
// How a figure is dressed for the page is told by chart-look.js.

// plotly.js inserts this style element unless one of that name exists; our policy forbids inline styles and we draw no map.
const MAP_STYLE = "9f215cf04c5486422605d13261cb87401f4e7763b6296af81e98efbc0130da53";
const CONFIG = {
  showSendToCloud: false, plotlyServerURL: "", displaylogo: false, responsive: false, locale: "fr", displayModeBar: false,
};
const figures = [...document.querySelectorAll("figure.chart[data-chart]")];
const own = document.querySelector("script[data-plotly]")?.dataset;

function load(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.async = false; // they travel together and run in the order of this file
    script.onload = resolve;
    script.onerror = () => reject(new Error(address));
    document.head.append(script);
  });
}

/** plotly.js and our look of it, which travel together: on a telephone each trip of its own is half a second. */
async function tools() {
  const mark = document.createElement("meta");
  mark.id = MAP_STYLE;
  document.head.append(mark);
  const [look] = await Promise.all([import(own.look), load(own.plotly), load(own.locale)]);
  return { library: window.Plotly, ...look };
}

async function draw(element, { library, dressed, theme }) {
  const source = element.querySelector("script[type='application/json']");
  const place = element.querySelector(".chart-plot");
  const figure = JSON.parse(source.textContent);
  const redraw = (method) => {
    if (!place.clientWidth) return undefined; // not shown: in print the server's drawing stands in
    const { data, layout } = dressed(figure, theme(element), place.clientHeight);
    return library[method](place, data, layout, CONFIG);
  };
  element.classList.add("drawing"); // gives the place its size while the drawing of the server still shows
  await redraw("newPlot");
  element.classList.replace("drawing", "drawn");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw("react"));
  let width = element.clientWidth;
  new ResizeObserver(() => {
    if (element.clientWidth === width) return;
    width = element.clientWidth;
    requestAnimationFrame(() => redraw("newPlot")); // react keeps the legend of the former width, over the bars
  }).observe(element);
}

async function drawAll() {
  const given = await tools();
  for (const element of figures) {
    await draw(element, given).finally(() => element.classList.remove("drawing"));
    await new Promise((next) => setTimeout(next)); // a slow machine stays answerable between two charts
  }
}

if (figures.length && own) drawAll().catch((problem) => console.warn("graphique non dessiné :", problem));
