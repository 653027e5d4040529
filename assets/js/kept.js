// What the page and the service worker agree on about copies kept on this device.
export const KEPT = 'kept';
export const INDEX = '/offline/index';
export const OFFLINE = '/offline';
const AGE_MS = 30 * 86400 * 1000; // a copy that nobody could ask about for so long is not shown

export function locked(act) {
  return navigator.locks ? navigator.locks.request(KEPT, act) : act();
}

export async function readIndex() {
  const found = await (await caches.open(KEPT)).match(INDEX);
  const index = found ? await found.json() : { checked: Date.now(), items: [] };
  return Date.now() - index.checked > AGE_MS ? { ...index, items: [], old: true } : index;
}

export async function writeIndex(cache, index) {
  await cache.put(INDEX, new Response(JSON.stringify(index), { headers: { 'Content-Type': 'application/json' } }));
}

export const clear = () => locked(() => caches.delete(KEPT));
