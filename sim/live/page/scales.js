// Positions on charts: scales, paths, and labels that do not cover each other. Numbers in, numbers out.

/** A function from [low, high] to [start, end]. */
export function scale(low, high, start, end) {
  const span = high - low || 1;
  return (value) => start + ((value - low) / span) * (end - start);
}

/** The path of a line through points; a point that is unknown breaks it. */
export function path(xs, ys) {
  let pen = "M";
  let text = "";
  for (let k = 0; k < xs.length; k += 1) {
    if (ys[k] === null || !Number.isFinite(ys[k])) {
      pen = "M";
      continue;
    }
    text += `${pen}${xs[k].toFixed(1)} ${ys[k].toFixed(1)}`;
    pen = "L";
  }
  return text;
}

/** The path of a band between two lines. */
export function band(xs, lows, highs) {
  const there = xs.map((_, k) => k).filter((k) => Number.isFinite(lows[k]) && Number.isFinite(highs[k]));
  if (!there.length) return "";
  const up = there.map((k) => `${xs[k].toFixed(1)} ${highs[k].toFixed(1)}`);
  const down = there.reverse().map((k) => `${xs[k].toFixed(1)} ${lows[k].toFixed(1)}`);
  return `M${up.join("L")}L${down.join("L")}Z`;
}

/** Round numbers that divide [low, high] into about `wanted` parts. */
export function ticks(low, high, wanted = 5) {
  const rough = (high - low || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough * 0.999);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k += 1) found.push(k * step);
  return found;
}

/** Positions as near as may be to those wanted, at least a gap apart, and within bounds where there is room. */
export function spreadApart(wanted, gap, low, high) {
  const clusters = [];
  const order = wanted.map((_, k) => k).sort((a, b) => wanted[a] - wanted[b]);
  for (const k of order) {
    let members = [k];
    let centre = Math.min(Math.max(wanted[k], low), high);
    while (clusters.length) {
      const last = clusters[clusters.length - 1];
      if (last.centre + (gap * (last.members.length + members.length)) / 2 <= centre) break;
      members = clusters.pop().members.concat(members);
      const half = (gap * (members.length - 1)) / 2;
      centre = members.reduce((sum, m) => sum + wanted[m], 0) / members.length;
      centre = Math.max(Math.min(centre, high - half), low + half);
    }
    clusters.push({ members, centre });
  }
  const given = new Array(wanted.length);
  for (const { members, centre } of clusters) {
    members.forEach((k, j) => {
      given[k] = centre + gap * (j - (members.length - 1) / 2);
    });
  }
  return given;
}

/** The smallest and largest known number of some lists. */
export function extent(...lists) {
  let low = Infinity;
  let high = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (value === null || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : [0, 1];
}
