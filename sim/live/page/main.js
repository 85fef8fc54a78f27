// The page: reads what is declared, asks for the run that the address names, and lets the parts show it month by month.

import { fromFragment, toFragment } from "./address.js";
import { createChain } from "./chain.js";
import { createBelow } from "./below.js";
import { connectControls } from "./controls.js";
import { createCouncil, createCouncils } from "./council.js";
import { createDeck } from "./deck.js";
import { set, write } from "./elements.js";
import { readFacts } from "./facts.js";
import { createGapChart } from "./gapchart.js";
import { createGlossary } from "./glossary.js";
import { createHistory } from "./history.js";
import { createLevers } from "./levers.js";
import { createLosses } from "./losses.js";
import { connectLinks, connectMiddle } from "./navigation.js";
import { createPeople } from "./people.js";
import { createPlayer } from "./player.js";
import { createPredict } from "./predict.js";
import { createProblems } from "./problems.js";
import { comparable, readRun } from "./run.js";
import { createShare } from "./share.js";
import { carried, embedded, server } from "./source.js";
import { createSpread } from "./spread.js";
import { createStages } from "./stages.js";
import { createStory } from "./story.js";
import { createTakeaway } from "./takeaway.js";
import { createSide } from "./twin.js";
import { createWhichChange } from "./whichchange.js";
import { withScenario } from "./view.js";
import { duration, fillWords, learn, say } from "./words.js";

const OPENING = { v: 1, sides: ["hierarchy", "distributed"].map((scenario) => ({ scenario, set: {}, moves: [] })), replication: 0 };
const place = (id) => document.getElementById(id);

async function start() {
  const data = await embedded();
  const source = data ? carried(data) : server;
  learn(await source.words());
  document.documentElement.lang = say("language");
  fillWords(document);
  document.title = say("page.title");
  const problems = createProblems(place("notice"));
  try {
    // The first run is simulated while the declarations are on their way.
    const asked = fromFragment(source.live ? location.hash : "", OPENING);
    const first = source.run(asked.view).then((answer) => ({ answer }), (error) => ({ error }));
    const declared = await source.declarations();
    document.body.classList.toggle("carried", !source.live);
    await createPage(source, readFacts(declared), problems, { data, asked, first, steps: declared.deck });
    document.body.classList.add("ready");
  } catch (error) {
    document.body.classList.add("outside");
    report(problems, error, "");
    if (!error.problems) throw error;
  }
}

// What the server refused, in words, and what is shown instead; or the form for the code.
function report(problems, error, instead) {
  if (error.status === 401) problems.askCode((code) => server.enter(code).then(() => location.reload()));
  else problems.show(error.problems?.length && error.status ? error.problems : [{ key: "", wrong: say("problem.offline") }], instead);
}

async function createPage(source, facts, problems, { data, asked: askedFirst, first, steps }) {
  const asksForView = location.hash.includes("=");
  let run = null;
  let before = null;
  let asked = 0;
  let answered = 0;
  let lastChange = null;
  let chosen = null;
  const opening = { ...OPENING, seed: facts.seed };
  const history = createHistory(opening, (_, why) => {
    lastChange = why.key ? why : lastChange;
    ask();
  });

  const player = createPlayer(show, (playing) => {
    controls.playing(playing);
    settle();
  });
  const controls = connectControls(document, player);
  const middle = connectMiddle(document, { leave: () => choose(null, false), chosen: settle });
  const seek = (month) => {
    player.pause();
    player.seek(month);
  };
  const sides = ["side-a", "side-b"].map((id, k) =>
    createSide(place(id), k, {
      places: facts.places,
      scenarios: facts.scenarios,
      scenarioOf: facts.scenarioOf,
      live: source.live,
      choose: (council) => choose(council, true),
      pick: (scenario) => history.change(withScenario(history.view, k, scenario)),
    }),
  );
  const causes = facts.causes;
  const story = createStory(place("story"), seek);
  const council = createCouncil(place("council"), facts.places, causes, (k) => choose(k, true));
  const gap = createGapChart(place("gap-chart"), seek);
  const chain = createChain(place("chain"));
  const councils = createCouncils(place("councils"), facts.places);
  const losses = createLosses(place("losses"), causes);
  const stages = createStages(place("stages"));
  const people = createPeople(place("people"));
  const predict = createPredict(place("predict"), { start: () => seek(0), play: playFromBar, noted: settle, least: facts.meaningful });
  const spread = createSpread(place("spread"), {
    ask: (futures) => source.spread(history.view, futures).catch(refused),
    another: () => history.change({ ...history.view, replication: history.view.replication + 1 }),
  });
  const live = source.live ? createLive() : null;
  const goTo = connectLinks(document, (id) => id === "chain" && middle.look("chain"));
  createGlossary(place("glossary"), facts, () => goTo("words"));
  const deck = steps && createDeck(place("deck"), steps, { lay, goTo });
  // What is seen first is drawn first; the rest follows once it is on the screen.
  const which = createWhichChange(place("which-change"), [...document.querySelectorAll("[data-map]")], { follow: (shown) => sides.forEach((side) => side.follow(shown)), chosen: settle });
  const above = [...sides, which, story, council, councils, gap, chain];
  const below = createBelow({ losses, stages, people, predict }, () => run && player.month);

  function createLive() {
    place("swap").addEventListener("click", () => history.change({ ...history.view, sides: [...history.view.sides].reverse() }));
    const levers = createLevers(place("levers"), facts, history, {
      months: () => player.months,
      replay,
      changed: () => lastChange !== null,
      reset: () => history.change({ ...opening, sides: history.view.sides.map((side) => ({ ...side, set: {}, moves: [] })), seed: facts.seed, replication: 0 }),
    });
    createTakeaway(place("takeaway"), (kind, side) => source.download(history.view, kind, side), refused);
    return { levers, share: createShare(place("share"), source.qr) };
  }

  // The last change again, from just before it: its effect is shown from there.
  function replay() {
    player.pause();
    player.seek(lastChange?.from ? Math.max(0, lastChange.from - 2) : 0);
    place("twin").scrollIntoView();
    playFromBar();
  }

  // The bar's own button gets the focus, so that Space stops what was started elsewhere.
  function playFromBar() {
    document.querySelector("[data-do=play]").focus({ preventScroll: true });
    player.play();
  }

  async function ask() {
    asked += 1;
    set(place("main"), "aria-busy", true);
    const mine = asked;
    const view = history.view;
    try {
      const answer = await source.run(view);
      if (mine !== asked) return;
      problems.clear();
      await take(answer, run);
    } catch (error) {
      if (mine !== asked) return;
      if (!error.problems) throw error;
      if (run) history.refuse(run.view);
      refused(error);
      if (run) live?.levers.load(run, before);
      if (error.status) live?.levers.refuse(error.problems);
    }
    answered = mine;
    settle();
  }

  function refused(error) {
    if (!error.problems) throw error;
    report(problems, error, run ? say("problem.kept") : "");
    return null;
  }

  // A line of the run before is drawn for what was changed by hand; a view that was laid begins without one.
  function take(answer, earlier = null) {
    const next = readRun(answer, facts);
    next.version = facts.version;
    next.made = say("made", { seed: next.seed, n: next.replication + 1, version: next.version });
    before = earlier && comparable(earlier, next) ? earlier : null;
    run = next;
    player.setMonths(run.months);
    controls.load(run.months);
    write(place("about"), about(run));
    for (const part of above) part.load(run, before);
    show(player.month);
    return new Promise((done) => {
      requestAnimationFrame(() => setTimeout(() => done(takeRest(next)), 0));
    });
  }

  // What is simulated, in one line, and what the number means.
  function about({ sides, months }) {
    const counts = [...new Set(sides.map((side) => side.stream.length))].sort((one, other) => one - other);
    return say("page.about", { councils: facts.places.length, years: duration(months), changes: counts.join("–") });
  }

  function takeRest(next) {
    if (next !== run) return;
    below.load(run);
    spread.load(run, source.live ? null : data.spread);
    live?.levers.load(run, before);
    show(player.month);
    settle();
  }

  function show(month) {
    if (!run) return;
    controls.show(month);
    write(place("sentence"), month ? run.sentences[Math.min(month, run.months) - 1] : run.opening);
    for (const part of above) part.show(month);
    below.show(month);
    live?.levers.show(month);
    if (!player.playing) settle();
  }

  // What need not follow every frame, once the clock stands still: tables, levers, the address, what is read out.
  let waiting = null;
  function settle() {
    clearTimeout(waiting);
    set(place("main"), "aria-busy", true);
    waiting = setTimeout(() => {
      set(place("main"), "aria-busy", asked !== answered);
      if (player.playing) return;
      below.rest(player.month);
      losses.rest();
      chain.rest();
      councils.rest();
      live?.levers.rest();
      write(place("announced"), place("sentence").textContent);
      if (run && live) showAddress();
    }, 150);
  }

  function showAddress() {
    const look = { m: player.month || null, place: chosen === null ? null : facts.places[chosen].code, ...which.look(), see: middle.at() === "chain" ? "chain" : null, ...predict.look(), step: deck?.step };
    const fragment = toFragment(history.view, look);
    if (location.hash !== `#${fragment}`) globalThis.history.replaceState(null, "", `#${fragment}`);
    live.share.show(location.href);
  }

  function choose(wanted, go) {
    chosen = wanted;
    sides.forEach((side) => side.mark(wanted));
    middle.look(wanted === null ? "story" : "council");
    council.choose(wanted, go);
    settle();
  }

  // A wrong address names what is wrong, and the page shows its opening view instead of nothing.
  async function fromAddress({ view, look, problems: found }, result) {
    asked += 1;
    const mine = asked;
    let wrong = found;
    let { answer, error } = await result;
    if (mine !== asked) return;
    let instead = say("problem.leftout");
    if (answer) history.refuse(answer.view);
    else {
      answered = mine;
      if (error.status === 401 || !error.status) throw error;
      wrong = [...found, ...error.problems];
      instead = say("problem.opening");
      answer = await source.run(opening);
      if (mine !== asked) return;
      history.refuse(opening);
    }
    let month = Number(look.m ?? 0);
    if (month > Math.max(...answer.sides.map((side) => side.months))) {
      wrong = [...wrong, { key: "m", value: look.m, wrong: say("address.month") }];
      month = 0;
    }
    // What a room expected of other sides is no guess about these.
    if (run && JSON.stringify(run.view.sides) !== JSON.stringify(answer.view.sides)) predict.forget();
    predict.recall(look);
    if (look.step !== undefined && !deck?.name(look.step)) wrong = [...wrong, { key: "step", value: look.step, wrong: say("address.step") }];
    player.setMonths(Math.max(...answer.sides.map((side) => side.months)));
    player.seek(month);
    await take(answer);
    answered = mine;
    const council = facts.places.findIndex((each) => each.code === look.place || each.name === look.place);
    const unknown = which.recall(look);
    if (unknown) wrong = [...wrong, { key: unknown, value: look[unknown], wrong: say(`address.${unknown}`) }];
    if (look.see !== undefined && look.see !== "chain") wrong = [...wrong, { key: "see", value: look.see, wrong: say("address.see") }];
    if (look.place && council < 0) wrong = [...wrong, { key: "place", value: look.place, wrong: say("address.place") }];
    if (council >= 0 || chosen !== null) choose(council >= 0 ? council : null, false);
    if (look.see === "chain") middle.look("chain");
    if (look.step !== undefined) deck?.arrive();
    settle();
    if (wrong.length) problems.show(wrong, instead);
  }

  function followAddress() {
    set(place("main"), "aria-busy", true);
    problems.clear();
    const wanted = fromFragment(location.hash, opening);
    const result = source.run(wanted.view).then((answer) => ({ answer }), (error) => ({ error }));
    return fromAddress(wanted, result).catch(refused);
  }
  globalThis.addEventListener("hashchange", () => location.hash.includes("=") && followAddress());

  // A step lays its view through the address, so that Back goes to the step before; the same address is laid again.
  function lay(fragment) {
    player.pause();
    if (location.hash === `#${fragment}`) followAddress();
    else location.hash = fragment;
  }

  await fromAddress(askedFirst, first);
  if (!asksForView) deck?.begin();
}

start();
