// Charts as files: what is seen, with its title and how it was made, as SVG or PNG. Nothing leaves the machine.

import { draw, drawing, make } from "./elements.js";

const PAINT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "fill-opacity", "opacity", "visibility"];
const LETTERS = ["font-family", "font-size", "font-weight", "font-variant-numeric"];
const PAD = 16;
const HEAD = 40;
const FOOT = 30;

/** Offers a file for saving. */
export function offer(name, blob) {
  const address = URL.createObjectURL(blob);
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

// A copy as text that needs no style sheet: every element carries what the sheet gave it.
function standalone({ svg, title, made }) {
  const copy = svg.cloneNode(true);
  const from = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, k) => {
    const style = getComputedStyle(from[k]);
    const names = element.tagName === "text" ? [...PAINT, ...LETTERS] : PAINT;
    for (const name of names) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute("class");
  });
  const { width, height } = svg.viewBox.baseVal;
  const whole = { width: Math.max(560, width) + 2 * PAD, height: height + HEAD + FOOT };
  const family = getComputedStyle(document.body).fontFamily;
  const text = { "font-family": family, fill: "#0b1720" };
  copy.setAttribute("x", String(PAD));
  copy.setAttribute("y", String(HEAD));
  const picture = drawing(
    whole.width,
    whole.height,
    { xmlns: "http://www.w3.org/2000/svg" },
    draw("rect", { width: whole.width, height: whole.height, fill: "#ffffff" }),
    draw("text", { ...text, x: PAD, y: 26, "font-size": 16, "font-weight": 700 }, title),
    copy,
    draw("text", { ...text, x: PAD, y: whole.height - 11, "font-size": 12 }, made),
  );
  return { ...whole, text: new XMLSerializer().serializeToString(picture) };
}

/** Saves a chart as SVG. */
export function saveSvg(chart) {
  offer(`gapsim-${chart.name}.svg`, new Blob([standalone(chart).text], { type: "image/svg+xml" }));
}

/** Saves a chart as PNG, twice as fine as it is on the screen. */
export async function savePng(chart) {
  const picture = standalone(chart);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * picture.width;
  canvas.height = 2 * picture.height;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  // Encoded at once: `toBlob` waits until the browser has nothing better to do, which may be seconds.
  const bytes = Uint8Array.from(atob(canvas.toDataURL("image/png").split(",")[1]), (letter) => letter.charCodeAt(0));
  offer(`gapsim-${chart.name}.png`, new Blob([bytes], { type: "image/png" }));
}
