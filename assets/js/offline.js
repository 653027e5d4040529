// Keeps the reading list on this device, as strangers see the articles: fetched without credentials,
// without forms. What the server no longer names goes first, then what is new comes.
import { INDEX, KEPT, OFFLINE, clear, locked, readIndex, writeIndex } from './kept.js';

const BYTES_MAX = 50e6;
const HEADERS = ['Content-Type', 'Content-Security-Policy', 'X-Content-Type-Options', 'X-Frame-Options', 'Referrer-Policy'];
const USELESS = 'script, form, link[rel=manifest], link[rel=alternate], link[rel=canonical], .top-nav, .top-end, .top-search-link, .tools, .related, .foot-account .btn, .foot-links, .foot-set';

const anonymous = (path) => fetch(path, {
  credentials: 'omit', cache: 'no-cache', headers: { 'Accept-Language': document.documentElement.lang },
});

// The smallest width that is sharp on a phone, or the picture itself.
function onePicture(img) {
  const widths = (img.getAttribute('srcset') ?? '').split(',').map((one) => one.trim().split(' '))
    .filter(([, w]) => parseInt(w, 10) >= 1080).sort((a, b) => parseInt(a[1], 10) - parseInt(b[1], 10));
  if (widths.length) img.setAttribute('src', widths[0][0]);
  ['srcset', 'sizes', 'loading'].forEach((name) => img.removeAttribute(name));
}

function trimmed(html, words, at) {
  const doc = new DOMParser().parseFromString(html, 'text/html');
  doc.querySelectorAll(USELESS).forEach((el) => el.remove());
  doc.querySelectorAll('img').forEach(onePicture);
  doc.documentElement.dataset.theme = document.documentElement.dataset.theme ?? '';
  const note = doc.createElement('p');
  note.className = 'kept-note';
  note.textContent = `${words} ${new Date(at).toLocaleString(document.documentElement.lang)}`;
  doc.querySelector('main').prepend(note);
  const pictures = [...doc.querySelectorAll('img[src], video[poster]')].map((el) => el.getAttribute('src') && el.tagName === 'IMG' ? el.getAttribute('src') : el.getAttribute('poster'));
  return { text: `<!doctype html>${doc.documentElement.outerHTML}`, pictures: [...new Set(pictures)].filter((src) => /^\/media\//.test(src)) };
}

async function keep(cache, article, words) {
  const answer = await anonymous(article.path);
  if (!answer.ok || answer.redirected || !/^text\/html/.test(answer.headers.get('Content-Type'))) return null;
  const at = Date.now();
  const { text, pictures } = trimmed(await answer.text(), words, at);
  const headers = HEADERS.filter((name) => answer.headers.has(name)).map((name) => [name, answer.headers.get(name)]);
  await cache.put(article.path, new Response(text, { headers }));
  let bytes = new Blob([text]).size;
  for (const path of pictures) {
    const picture = await anonymous(path);
    if (!picture.ok) continue;
    bytes += (await picture.clone().blob()).size;
    await cache.put(path, picture);
  }
  return { ...article, at, bytes, pictures };
}

// Whatever the index does not name goes, also what a page that was closed in the middle left behind.
async function sweep(cache, index) {
  await writeIndex(cache, index);
  const named = new Set([INDEX, OFFLINE, ...index.items.flatMap((item) => [item.path, ...item.pictures])]);
  for (const { url } of await cache.keys()) {
    if (!named.has(new URL(url).pathname)) await cache.delete(url, { ignoreVary: true });
  }
}

// Newest first, until the room is used up; what is older is out.
async function fill(cache, index, wanted, words) {
  const items = [];
  let bytes = 0;
  for (const article of wanted) {
    const had = index.items.find((one) => one.path === article.path);
    const item = had ?? await keep(cache, article, words);
    if (!item) continue;
    bytes += item.bytes;
    if (bytes > BYTES_MAX) break;
    items.push(item);
    if (!had) await writeIndex(cache, { ...index, items: [...items, ...index.items.filter((one) => !items.includes(one))] });
  }
  await sweep(cache, { ...index, items });
}

async function sync(words) {
  const answer = await fetch('/me/saved/kept', { cache: 'no-store' });
  if (answer.status === 401) {
    await caches.delete(KEPT);
    return;
  }
  if (!answer.ok) return;
  const wanted = (await answer.json()).articles;
  const cache = await caches.open(KEPT);
  const had = await readIndex();
  const same = (item) => wanted.some((one) => one.path === item.path && one.stamp === item.stamp);
  const index = { ...had, checked: Date.now(), old: undefined, items: had.items.filter(same) };
  const frame = document.documentElement.lang + document.querySelector('link[rel=stylesheet]').getAttribute('href');
  if (index.frame !== frame) {
    const page = await anonymous(OFFLINE);
    if (page.ok) await cache.put(OFFLINE, page);
    index.frame = frame;
  }
  await sweep(cache, index);
  await fill(cache, index, wanted, words);
}

export async function offline() {
  const who = document.querySelector('meta[name=reader]');
  if (!who || !navigator.serviceWorker || !window.caches) return;
  if (!who.content) {
    // The page without a network is the same for everybody: it says nothing about who is there.
    if (!document.querySelector('[data-offline]')) clear().catch(() => {});
    return;
  }
  try {
    await navigator.serviceWorker.register('/sw.js');
    await locked(() => sync(who.dataset.copy));
  } catch { /* no network, or no room: what is kept stays */ }
  document.dispatchEvent(new Event('kept'));
}
