// Beside the text: how long it is, its outline, and the cover.
import { TextSelection } from 'prosemirror-state';
import { el, field, icon, say, tell } from './kit.js';
import { upload } from './picture.js';
import { schema } from './schema.js';

// As doc_count: Chinese, Japanese and Korean characters, plus words and numbers of other scripts.
export function count(text) {
  const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
  const alone = (text.match(cjk) || []).length;
  return alone + (text.replace(cjk, ' ').match(/[\p{L}\p{N}]+(?:['’.,-][\p{L}\p{N}]+)*/gu) || []).length;
}

export function side() {
  let view;
  const length = el('p', { class: 'ed-length' });
  const list = el('ol', { class: 'ed-outline' });
  const outline = el('details', { class: 'ed-box', open: window.innerWidth > 1100 }, el('summary', {}, say('outline')), list);

  function goTo(pos) {
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, pos + 1)).scrollIntoView());
    view.focus();
  }

  function show(doc) {
    const n = count(doc.textBetween(0, doc.content.size, '\n', ' '));
    length.textContent = `${say('count', n.toLocaleString())} · ${say('minutes', String(Math.max(1, Math.ceil(n / 400))))}`;
    const items = [];
    doc.descendants((node, pos) => {
      if (node.type === schema.nodes.heading && node.content.size) items.push(el('li', { class: `ed-level${node.attrs.level}` }, el('button', { type: 'button', onclick: () => goTo(pos) }, node.textContent)));
      return !node.isTextblock;
    });
    list.replaceChildren(...items);
    if (!items.length) list.append(el('li', { class: 'field-help' }, say('outline_empty')));
  }
  return { length, outline, show, attach: (v) => { view = v; } };
}

// The cover: one of the text's pictures, another file, or none said (the first picture then).
export function coverBox(onChange) {
  const shown = el('div', { class: 'ed-covers', role: 'group', 'aria-label': say('cover') });
  const input = el('input', { type: 'file', accept: 'image/*', class: 'vh', id: 'ed-cover-file', tabindex: -1, 'aria-hidden': 'true' });
  const progress = el('progress', { max: 100, hidden: true, 'aria-label': say('uploading', '') });
  const own = new Set(field('cover').value ? [field('cover').value] : []);
  let blobs = [];

  function choose(blob) {
    field('cover').value = field('cover').value === blob ? '' : blob;
    document.dispatchEvent(new CustomEvent('ed-cover', { detail: { changed: true } }));
  }
  function draw() {
    const now = field('cover').value;
    const all = [...new Set([...blobs, ...own])];
    shown.replaceChildren(...all.map((blob, i) => el('button', {
      type: 'button', 'aria-pressed': String(blob === now), 'aria-label': say('cover_nth', String(i + 1)), class: !now && blob === blobs[0] ? 'ed-auto' : '', onclick: () => choose(blob),
    }, el('img', { src: `/media/${blob}.w540.webp`, alt: '' }), blob === now ? icon('check-circle') : null)),
    el('button', { type: 'button', class: 'ed-cover-add', 'aria-label': say('cover_upload'), title: say('cover_upload'), onclick: () => input.click() }, icon('arrow-up-tray')));
  }
  input.addEventListener('change', async (event) => {
    event.stopPropagation();
    const [file] = input.files;
    if (!file) return;
    progress.hidden = false;
    try {
      const made = await upload(file, (percent) => { progress.value = percent; });
      own.add(made.hash);
      field('cover').value = made.hash;
      document.dispatchEvent(new CustomEvent('ed-cover', { detail: { changed: true } }));
    } catch (error) { tell(error.message, 'bad'); }
    progress.hidden = true;
    input.value = '';
  });
  document.addEventListener('ed-cover', (event) => {
    if (field('cover').value) own.add(field('cover').value);
    draw();
    if (event.detail?.changed) onChange();
  });
  const box = el('div', { class: 'field' }, el('span', { class: 'form-label' }, say('cover')), shown, progress, input, el('p', { class: 'field-help' }, say('cover_help')));
  return {
    box,
    show(doc) {
      const now = [];
      doc.descendants((node) => { if (node.type === schema.nodes.picture) now.push(node.attrs.blob); return node.isBlock && !node.isTextblock; });
      if (now.join() === blobs.join() && shown.childNodes.length) return;
      blobs = now;
      draw();
    },
  };
}
