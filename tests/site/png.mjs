// A small picture made by the test: a PNG of one colour, as a Blob.
import { crc32, deflateSync } from 'node:zlib';

const table = Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});
const crc = crc32 ?? ((b) => (b.reduce((c, x) => table[(c ^ x) & 255] ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0);

const chunk = (type, data) => {
  const head = Buffer.concat([Buffer.from(type), data]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc(head));
  return Buffer.concat([size, head, sum]);
};

// A grey picture of what shade(x, y), both 0 to 1, says, as bytes.
export function shaded(width, height, shade) {
  const row = (y) => Buffer.from([0, ...Array.from({ length: width }, (_, x) => Array(3).fill(Math.round(shade((x + 0.5) / width, (y + 0.5) / height)))).flat()]);
  return made(width, height, Buffer.concat(Array.from({ length: height }, (_, y) => row(y))));
}

export function png(width = 640, height = 400, rgb = [40, 120, 110]) {
  const row = Buffer.concat([Buffer.from([0]), Buffer.concat(Array(width).fill(Buffer.from(rgb)))]);
  return new File([made(width, height, Buffer.concat(Array(height).fill(row)))], 'picture.png', { type: 'image/png' });
}

function made(width, height, rows) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const data = deflateSync(rows);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}
