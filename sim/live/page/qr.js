// A QR code drawn here: byte mode, error correction L, versions 1 to 40 (ISO/IEC 18004). Text in, squares out.

const EC_PER_BLOCK = [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30];
const BLOCKS = [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25];
const LEVEL_L = 1;
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

// Modules left for data once finders, timing, alignment and version have theirs.
function rawModules(version) {
  let found = (16 * version + 128) * version + 64;
  if (version >= 2) {
    const marks = Math.floor(version / 7) + 2;
    found -= (25 * marks - 10) * marks - 55;
    if (version >= 7) found -= 36;
  }
  return found;
}

function dataBytes(version) {
  return Math.floor(rawModules(version) / 8) - EC_PER_BLOCK[version - 1] * BLOCKS[version - 1];
}

function times(x, y) {
  let product = 0;
  for (let k = 7; k >= 0; k -= 1) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((y >>> k) & 1) * x;
  }
  return product;
}

function divisor(degree) {
  const found = new Array(degree).fill(0);
  found[degree - 1] = 1;
  let root = 1;
  for (let k = 0; k < degree; k += 1) {
    for (let j = 0; j < degree; j += 1) {
      found[j] = times(found[j], root) ^ (found[j + 1] ?? 0);
    }
    root = times(root, 2);
  }
  return found;
}

function remainder(data, by) {
  const found = new Array(by.length).fill(0);
  for (const byte of data) {
    const factor = byte ^ found.shift();
    found.push(0);
    by.forEach((coefficient, k) => {
      found[k] ^= times(coefficient, factor);
    });
  }
  return found;
}

function encoded(bytes, version) {
  const bits = [];
  const put = (value, length) => {
    for (let k = length - 1; k >= 0; k -= 1) bits.push((value >>> k) & 1);
  };
  const room = dataBytes(version) * 8;
  put(4, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, room - bits.length));
  put(0, (8 - (bits.length % 8)) % 8);
  for (let pad = 0xec; bits.length < room; pad ^= 0xec ^ 0x11) put(pad, 8);
  const found = [];
  for (let k = 0; k < bits.length; k += 8) found.push(parseInt(bits.slice(k, k + 8).join(""), 2));
  return found;
}

function interleaved(data, version) {
  const count = BLOCKS[version - 1];
  const correction = EC_PER_BLOCK[version - 1];
  const raw = Math.floor(rawModules(version) / 8);
  const short = count - (raw % count);
  const length = Math.floor(raw / count);
  const by = divisor(correction);
  const blocks = [];
  for (let k = 0, at = 0; k < count; k += 1) {
    const size = length - correction + (k < short ? 0 : 1);
    const part = data.slice(at, at + size);
    at += size;
    blocks.push({ part, ec: remainder(part, by) });
  }
  const found = [];
  for (let k = 0; k <= length - correction; k += 1) for (const { part } of blocks) if (k < part.length) found.push(part[k]);
  for (let k = 0; k < correction; k += 1) for (const { ec } of blocks) found.push(ec[k]);
  return found;
}

function alignment(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = version === 32 ? 26 : Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  const found = [6];
  for (let at = version * 4 + 10; found.length < count; at -= step) found.splice(1, 0, at);
  return found;
}

/** The code of a text as rows of true (dark) and false, or null if the text is too long for any. */
export function qrCode(text, forcedMask = null) {
  const bytes = [...new TextEncoder().encode(text)];
  let version = 1;
  while (version <= 40 && bytes.length * 8 + 4 + (version < 10 ? 8 : 16) > dataBytes(version) * 8) version += 1;
  if (version > 40) return null;
  const size = version * 4 + 17;
  const dark = Array.from({ length: size }, () => new Array(size).fill(false));
  const fixed = Array.from({ length: size }, () => new Array(size).fill(false));
  const put = (x, y, on) => {
    if (x < 0 || y < 0 || x >= size || y >= size) return;
    dark[y][x] = on;
    fixed[y][x] = true;
  };
  patterns(put, version, size);
  format(put, size, 0);
  fill(dark, fixed, size, interleaved(encoded(bytes, version), version));
  const mask = forcedMask ?? best(dark, fixed, size, put);
  turn(dark, fixed, size, mask);
  format(put, size, mask);
  return dark;
}

function patterns(put, version, size) {
  for (let k = 0; k < size; k += 1) {
    put(6, k, k % 2 === 0);
    put(k, 6, k % 2 === 0);
  }
  for (const [cx, cy] of [[3, 3], [size - 4, 3], [3, size - 4]]) {
    for (let dy = -4; dy <= 4; dy += 1) {
      for (let dx = -4; dx <= 4; dx += 1) {
        const distance = Math.max(Math.abs(dx), Math.abs(dy));
        put(cx + dx, cy + dy, distance !== 2 && distance !== 4);
      }
    }
  }
  const marks = alignment(version);
  const last = marks.length - 1;
  marks.forEach((x, i) => {
    marks.forEach((y, j) => {
      if ((i === 0 && j === 0) || (i === 0 && j === last) || (i === last && j === 0)) return;
      for (let dy = -2; dy <= 2; dy += 1) {
        for (let dx = -2; dx <= 2; dx += 1) put(x + dx, y + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    });
  });
  if (version < 7) return;
  let rest = version;
  for (let k = 0; k < 12; k += 1) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let k = 0; k < 18; k += 1) {
    const on = ((bits >>> k) & 1) === 1;
    const [a, b] = [size - 11 + (k % 3), Math.floor(k / 3)];
    put(a, b, on);
    put(b, a, on);
  }
}

function format(put, size, mask) {
  const data = (LEVEL_L << 3) | mask;
  let rest = data;
  for (let k = 0; k < 10; k += 1) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
  const bits = ((data << 10) | rest) ^ 0x5412;
  const on = (k) => ((bits >>> k) & 1) === 1;
  for (let k = 0; k <= 5; k += 1) put(8, k, on(k));
  put(8, 7, on(6));
  put(8, 8, on(7));
  put(7, 8, on(8));
  for (let k = 9; k < 15; k += 1) put(14 - k, 8, on(k));
  for (let k = 0; k < 8; k += 1) put(size - 1 - k, 8, on(k));
  for (let k = 8; k < 15; k += 1) put(8, size - 15 + k, on(k));
  put(8, size - 8, true);
}

function fill(dark, fixed, size, bytes) {
  let at = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step += 1) {
      for (const x of [right, right - 1]) {
        const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
        if (fixed[y][x] || at >= bytes.length * 8) continue;
        dark[y][x] = ((bytes[at >>> 3] >>> (7 - (at & 7))) & 1) === 1;
        at += 1;
      }
    }
  }
}

function turn(dark, fixed, size, mask) {
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) if (!fixed[y][x] && MASKS[mask](x, y) === 0) dark[y][x] = !dark[y][x];
  }
}

// The mask that leaves the fewest long runs, blocks, false finders and the least imbalance.
function best(dark, fixed, size, put) {
  let found = { mask: 0, penalty: Infinity };
  for (let mask = 0; mask < 8; mask += 1) {
    turn(dark, fixed, size, mask);
    format(put, size, mask);
    const penalty = penaltyOf(dark, size);
    if (penalty < found.penalty) found = { mask, penalty };
    turn(dark, fixed, size, mask);
  }
  return found.mask;
}

function penaltyOf(dark, size) {
  let total = 0;
  let count = 0;
  const lines = [...dark, ...dark.map((_, x) => dark.map((row) => row[x]))];
  for (const line of lines) {
    const text = line.map((on) => (on ? "1" : "0")).join("");
    for (const run of text.match(/0{5,}|1{5,}/g) ?? []) total += run.length - 2;
    for (let k = 0; k + 11 <= size; k += 1) {
      const part = text.slice(k, k + 11);
      if (part === "10111010000" || part === "00001011101") total += 40;
    }
  }
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (dark[y][x]) count += 1;
      if (x && y && dark[y][x] === dark[y - 1][x] && dark[y][x] === dark[y][x - 1] && dark[y][x] === dark[y - 1][x - 1]) total += 3;
    }
  }
  return total + 10 * Math.floor(Math.abs((count * 20) / (size * size) - 10));
}
