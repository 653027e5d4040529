// The page /offline: what is kept on this device, and since when.
import { readIndex } from './kept.js';

async function show() {
  const box = document.querySelector('[data-offline]');
  const { items } = await readIndex();
  box.hidden = !items.length;
  document.querySelector('[data-offline-none]').hidden = items.length > 0;
  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name, textContent: text });
  box.querySelector('ul').replaceChildren(...items.map((item) => {
    const row = make('li', 'feed-item', '');
    const text = make('div', 'feed-text', '');
    const title = make('h2', 'feed-title', '');
    title.append(Object.assign(make('a', '', item.title), { href: item.path }));
    const meta = make('p', 'feed-meta', `${item.account} · ${box.dataset.at} `);
    const time = make('time', '', new Date(item.at).toLocaleString(document.documentElement.lang));
    time.dateTime = new Date(item.at).toISOString();
    meta.append(time);
    text.append(title, meta);
    row.append(text);
    return row;
  }));
}

if (window.caches) {
  show();
  document.addEventListener('kept', show);
}
