// Share what is seen: everything is in the address, so a link is enough; the server draws a QR code of it.

import { make, write } from "./elements.js";
import { say } from "./words.js";

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Makes the section in `host`; `draw(address)` gives the QR code of an address as SVG. */
export function createShare(host, draw) {
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

  async function redraw(address) {
    const picture = await draw(address).then(
      (svg) => make("img", { class: "qr-code", alt: say("share.qr"), src: `data:image/svg+xml,${encodeURIComponent(svg)}` }),
      (error) => make("p", { class: "hint" }, error.message),
    );
    if (link.value === address) code.replaceChildren(picture);
  }

  return {
    show(address) {
      if (link.value === address) return;
      link.value = address;
      write(copied, "");
      redraw(address);
    },
  };
}
