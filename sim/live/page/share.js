// Share what is seen: everything is in the address, so a link is enough; a QR code of it is drawn here.

import { draw, drawing, make, write } from "./elements.js";
import { qrCode } from "./qr.js";
import { say } from "./words.js";

const MODULE = 5;
const QUIET = 4;
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Makes the section in `host`. */
export function createShare(host) {
  const link = make("input", { type: "text", readonly: true, id: "share-link", onfocus: () => link.select() });
  const copied = make("span", { role: "status" });
  const copy = make("button", { type: "button", class: "strong do-copy", onclick: take }, say("share.copy"));
  const code = make("div", { class: "qr" });
  const far = make("p", { class: "hint" }, say(LOOPBACK.includes(location.hostname) ? "share.here" : "share.code"));
  host.append(
    make("div", { class: "share-words" }, make("label", { for: "share-link" }, say("share.link")), make("div", { class: "row" }, link, copy, copied), far),
    code,
  );

  async function take() {
    try {
      await navigator.clipboard.writeText(link.value);
      write(copied, say("share.copied"));
    } catch {
      // Not a secure context: the address is selected, and the reader copies it.
      link.focus();
      link.select();
      write(copied, say("share.select"));
    }
  }

  function redraw() {
    const rows = qrCode(link.value);
    if (!rows) {
      code.replaceChildren(make("p", { class: "hint" }, say("share.long")));
      return;
    }
    const size = (rows.length + 2 * QUIET) * MODULE;
    const dark = rows.flatMap((row, y) => row.map((on, x) => (on ? `M${(x + QUIET) * MODULE} ${(y + QUIET) * MODULE}h${MODULE}v${MODULE}h-${MODULE}z` : "")));
    const svg = drawing(size, size, { role: "img", "aria-label": say("share.qr"), class: "qr-code" });
    svg.append(draw("rect", { width: size, height: size, fill: "#ffffff" }), draw("path", { d: dark.join(""), fill: "#000000" }));
    code.replaceChildren(svg);
  }

  return {
    show(address) {
      if (link.value === address) return;
      link.value = address;
      write(copied, "");
      redraw();
    },
  };
}
