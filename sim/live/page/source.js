// Where runs come from: the server, or the data embedded in a page saved as one file.

const EMBEDDED = "gapsim-embedded";
const CODE = "gapsim-code";

/** A request that was refused; `problems` are [{key, value, wrong, nearest}], in words. */
class Refused extends Error {
  constructor(status, problems) {
    super(problems.map((problem) => problem.wrong).join("; "));
    this.status = status;
    this.problems = problems;
  }
}

/** What the page was given to play without a server, or null: JSON, packed and written in letters. */
export async function embedded() {
  const block = document.getElementById(EMBEDDED);
  if (!block) return null;
  const bytes = Uint8Array.from(atob(block.textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
}

async function asked(address, options = {}) {
  const code = sessionStorage.getItem(CODE);
  const headers = { ...(code && { "X-Gapsim-Code": code }), ...options.headers };
  const answer = await fetch(address, { ...options, headers }).catch(() => {
    throw new Refused(0, [{ key: "", value: "", wrong: "" }]);
  });
  if (answer.ok) return answer;
  const { problems } = await answer.json().catch(() => ({ problems: [] }));
  throw new Refused(answer.status, problems);
}

function posted(address, body) {
  return asked(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

/** Words, declarations and runs from the server. */
export const server = {
  live: true,
  words: async () => (await asked("page/strings.json")).json(),
  declarations: async () => (await asked("api/declarations")).json(),
  run: async (view) => (await posted("api/run", view)).json(),
  spread: async (view, futures) => (await posted("api/spread", { ...view, futures })).json(),
  qr: async (address) => (await asked(`api/qr.svg?address=${encodeURIComponent(address)}`)).text(),
  async download(view, kind, side) {
    const answer = await posted("api/download", { view, kind, side });
    const name = /filename="?([^";]+)"?/.exec(answer.headers.get("Content-Disposition") ?? "");
    return { blob: await answer.blob(), name: name ? name[1] : `gapsim.${kind}` };
  },
  async enter(code) {
    const answer = await (await posted("api/enter", { code })).json();
    sessionStorage.setItem(CODE, answer.token);
  },
};

/** The same from data that the page carries: one run, and what was computed with it. */
export function carried(data) {
  return {
    live: false,
    words: async () => data.strings,
    declarations: async () => data.declarations,
    run: async () => data.run,
    spread: async () => data.spread,
  };
}
