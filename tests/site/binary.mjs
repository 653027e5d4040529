// Starts the built binary on a free port with an empty data directory; stops it after the test.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../..', import.meta.url).pathname;

export function binary() {
  const choices = [process.env.GONGQI_TEST_BIN, 'build/release/gongqi', 'build/debug/gongqi'];
  const found = choices.filter(Boolean).map((p) => (p.startsWith('/') ? p : join(root, p))).find(existsSync);
  if (!found) throw new Error('no binary: build first or set GONGQI_TEST_BIN');
  return found;
}

// Fills a site with demo data, or shows its logins (--show); gives the table that is printed. By the
// release build, which takes a sixth of the sanitized one's time; demo.test.mjs is about the demo itself.
export function demoData(data, ...more) {
  const release = join(root, 'build/release/gongqi');
  return execFileSync(existsSync(release) ? release : binary(), ['demo', '--data', data, ...more], { encoding: 'utf8', stdio: 'pipe' });
}

// Starts it on a folder that is there; resolves when it serves.
export async function launch(data, flags = [], env = process.env) {
  const args = ['serve', '--data', data, '--listen', '127.0.0.1:0', '--metrics-listen', '127.0.0.1:0', ...flags];
  const child = spawn(binary(), args, { stdio: ['ignore', 'inherit', 'pipe'], env });
  let log = '';
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  const started = await new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      const line = log.split('\n').find((l) => l.includes('"event":"serving"') && l.endsWith('}'));
      if (line) resolve(JSON.parse(line));
    });
    ended.then((how) => reject(new Error(`did not start: ${JSON.stringify(how)}\n${log}`)));
  });
  return { port: started.port, metricsPort: started.metrics_port, data, child, ended, log: () => log };
}

// Starts it on an empty folder, which stop() removes.
export async function serve(...flags) {
  const running = await launch(mkdtempSync(join(tmpdir(), 'gongqi-test-')), flags);
  const stop = async () => {
    running.child.kill('SIGTERM');
    const how = await running.ended;
    rmSync(running.data, { recursive: true, force: true });
    return how;
  };
  return { ...running, stop };
}

// Sends bytes as they are; resolves with all that came back when the server closes or after quiet ms.
export function raw(port, bytes, { quiet = 400, linger = true } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const chunks = [];
    let timer;
    const finish = (closed) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text: Buffer.concat(chunks).toString('latin1'), closed });
    };
    const restart = () => {
      clearTimeout(timer);
      timer = setTimeout(() => finish(false), quiet);
    };
    socket.on('connect', () => {
      for (const part of [].concat(bytes)) socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
      if (!linger) socket.end();
      restart();
    });
    socket.on('data', (c) => {
      chunks.push(c);
      restart();
    });
    socket.on('error', () => finish(true));
    socket.on('close', () => finish(true));
  });
}

// Status codes of all answers in a raw reply.
export const statuses = (text) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((m) => Number(m[1]));
