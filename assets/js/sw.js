// Answers without a network from what the pages kept. With a network every request goes there, so that
// nothing that was taken down is shown; nothing is put into a cache here but the frame of pages.
/* global SHELL */
import { KEPT, OFFLINE, clear, readIndex } from './kept.js';

const FRAME = `frame-${SHELL.map(([, path]) => path.match(/-([0-9a-f]+)\./)[1].slice(0, 4)).join('')}`;

async function install() {
  const cache = await caches.open(FRAME);
  const wanted = SHELL.map(([, path]) => path).concat(OFFLINE);
  await Promise.all(wanted.map(async (path) => {
    const answer = await fetch(path, { credentials: 'omit' });
    if (!answer.ok) throw new Error(path);
    await cache.put(path, answer);
  }));
  await self.skipWaiting();
}

async function activate() {
  const names = (await caches.keys()).filter((name) => name !== KEPT && name !== FRAME);
  await Promise.all(names.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function page(path) {
  const index = await readIndex();
  if (index.old) await clear();
  const kept = await caches.open(KEPT);
  const how = { ignoreVary: true };
  const named = index.items.some((item) => item.path === path);
  return (named && await kept.match(path, how)) || await kept.match(OFFLINE, how)
    || await caches.match(OFFLINE, how) || Response.error();
}

// A kept page may name a file of an older release: the one of that name serves.
async function file(path) {
  const found = await caches.match(path, { ignoreVary: true });
  if (found) return found;
  const name = path.replace(/^\/static\/(.*)-[0-9a-f]+\./, '$1.');
  const now = SHELL.find(([known]) => known === name);
  return (now && await caches.match(now[1], { ignoreVary: true })) ?? Response.error();
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (origin !== self.location.origin) return;
  if (request.method === 'POST' && /^\/log(in|out)$/.test(pathname)) event.waitUntil(clear());
  if (request.method !== 'GET') return;
  if (request.mode === 'navigate') event.respondWith(fetch(request).catch(() => page(pathname)));
  else if (/^\/static\//.test(pathname) || request.destination === 'image') event.respondWith(fetch(request).catch(() => file(pathname)));
});
