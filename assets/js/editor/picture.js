// Pictures: uploads with progress, and how a picture is edited in place (alt text, caption, cover).
import { Plugin, PluginKey } from 'prosemirror-state';
import { Decoration, DecorationSet } from 'prosemirror-view';
import { insertBlock } from './commands.js';
import { ask, el, field, icon, say, setting, tell } from './kit.js';
import { addMedia, isMedia } from './media.js';
import { schema } from './schema.js';

const TYPES = /^image\/(png|jpeg|gif|webp|bmp|avif|heic|tiff)$/;
const BYTES = 20 * 1024 * 1024;
const key = new PluginKey('uploads');
let running = 0;
export const uploading = () => running > 0;

function send(file, alt, onprogress) {
  return new Promise((resolve, reject) => {
    const body = new FormData();
    body.append('_csrf', field('_csrf').value);
    body.append('alt', alt);
    body.append('file', file, file.name || 'picture');
    const xhr = new XMLHttpRequest();
    xhr.open('POST', setting.media);
    xhr.setRequestHeader('X-CSRF-Token', field('_csrf').value);
    xhr.responseType = 'json';
    xhr.upload.addEventListener('progress', (e) => e.lengthComputable && onprogress(Math.round((e.loaded / e.total) * 100)));
    xhr.addEventListener('load', () => (xhr.status === 200 ? resolve(xhr.response) : reject(new Error(xhr.response?.error?.message || say('upload_failed')))));
    xhr.addEventListener('error', () => reject(new Error(say('upload_offline'))));
    xhr.send(body);
  });
}

export async function upload(file, onprogress = () => {}) {
  running += 1;
  try { return await send(file, '', onprogress); } finally { running -= 1; }
}

// Where an upload will go, kept through edits made meanwhile.
export const uploads = new Plugin({
  key,
  state: {
    init: () => DecorationSet.empty,
    apply(tr, set) {
      const mapped = set.map(tr.mapping, tr.doc);
      const action = tr.getMeta(key);
      if (!action) return mapped;
      if (action.add) return mapped.add(tr.doc, [Decoration.widget(action.add, action.dom, { id: action.id })]);
      return mapped.remove(mapped.find(null, null, (spec) => spec.id === action.remove));
    },
  },
  props: { decorations: (state) => key.getState(state) },
});

// Shows at pos how far make(show) is, which resolves with the node to put there, or null.
export async function placed(view, file, pos, make) {
  const id = {};
  const bar = el('progress', { max: 100, value: 0, 'aria-label': say('uploading', file.name) });
  const line = el('span', {}, say('uploading', file.name));
  const dom = el('div', { class: 'ed-upload', role: 'status' }, bar, line);
  view.dispatch(view.state.tr.setMeta(key, { add: pos, dom, id }));
  try {
    const node = await make((percent, text, ...more) => { bar.value = percent; if (text) line.textContent = text; if (more.length) dom.append(...more); });
    const [found] = key.getState(view.state).find(null, null, (spec) => spec.id === id);
    const tr = view.state.tr.setMeta(key, { remove: id });
    if (found && node) {
      const $at = tr.doc.resolve(found.from);
      const lone = $at.parent.type === schema.nodes.paragraph && !$at.parent.content.size && $at.depth === 1;
      if (lone) tr.replaceWith($at.before(), $at.after(), [node, schema.nodes.paragraph.create()]);
      else tr.insert($at.depth ? $at.after() : $at.pos, node);
    }
    view.dispatch(tr.scrollIntoView());
  } catch (error) {
    view.dispatch(view.state.tr.setMeta(key, { remove: id }));
    tell(`${file.name}: ${error.message}`, 'bad');
  }
}

const one = (view, file, pos) => placed(view, file, pos, async (show) => {
  const made = await upload(file, show);
  return schema.nodes.picture.create({ blob: made.hash, width: made.width, height: made.height });
});

export async function addFiles(view, files, pos = view.state.selection.from) {
  for (const file of files) {
    if (isMedia(file)) addMedia(view, file, Math.min(pos, view.state.doc.content.size));
    else if (!TYPES.test(file.type)) tell(say('not_a_picture', file.name), 'bad');
    else if (file.size > BYTES) tell(say('picture_too_large', file.name), 'bad');
    else await one(view, file, Math.min(pos, view.state.doc.content.size));
  }
}

export function pick(view, accept = 'image/*') {
  const input = document.getElementById('ed-file');
  input.accept = accept;
  input.onchange = () => { addFiles(view, [...input.files]); input.value = ''; view.focus(); };
  input.click();
}

// ---- in place ----
export class PictureView {
  constructor(node, view, getPos) {
    Object.assign(this, { node, view, getPos });
    this.img = el('img', { src: `/media/${node.attrs.blob}`, alt: node.attrs.alt || '', draggable: 'false' });
    this.contentDOM = el('figcaption', { 'data-hint': say('caption_hint') });
    this.altButton = el('button', { type: 'button', class: 'btn small', onclick: () => this.askAlt() }, icon('pencil-square'), el('span'));
    this.coverButton = el('button', { type: 'button', class: 'btn small', onclick: () => this.cover() }, icon('photo'), el('span'));
    this.dom = el('figure', { class: 'pic' }, this.img, el('div', { class: 'ed-pic-bar', contenteditable: 'false' }, this.altButton, this.coverButton,
      el('button', { type: 'button', class: 'btn small', 'aria-label': say('picture_remove'), title: say('picture_remove'), onclick: () => this.remove() }, icon('trash'))), this.contentDOM);
    this.show();
    this.onCover = () => this.show();
    document.addEventListener('ed-cover', this.onCover);
  }

  show() {
    const { alt, blob } = this.node.attrs;
    this.img.alt = alt || '';
    this.altButton.lastChild.textContent = alt ? say('alt_edit') : say('alt_missing');
    this.altButton.title = alt || say('alt_help');
    this.altButton.classList.toggle('ed-warn', !alt);
    const on = field('cover').value === blob;
    this.coverButton.lastChild.textContent = on ? say('cover_is') : say('cover_make');
    this.coverButton.setAttribute('aria-pressed', String(on));
    this.contentDOM.classList.toggle('ed-empty', this.node.content.size === 0);
  }

  async askAlt() {
    const values = await ask(say('alt_title'), [{ name: 'alt', label: say('alt_label'), help: say('alt_help'), value: this.node.attrs.alt, type: 'textarea', check: (s) => ([...s].length > 500 ? say('alt_too_long') : '') }]);
    if (values) this.view.dispatch(this.view.state.tr.setNodeMarkup(this.getPos(), null, { ...this.node.attrs, alt: values.alt.replace(/\s+/g, ' ') || null }));
    this.view.focus();
  }

  cover() {
    const input = field('cover');
    input.value = input.value === this.node.attrs.blob ? '' : this.node.attrs.blob;
    document.dispatchEvent(new CustomEvent('ed-cover', { detail: { changed: true } }));
  }

  remove() {
    this.view.dispatch(this.view.state.tr.delete(this.getPos(), this.getPos() + this.node.nodeSize));
    this.view.focus();
  }

  update(node) {
    if (node.type !== this.node.type || node.attrs.blob !== this.node.attrs.blob) return false;
    this.node = node;
    this.show();
    return true;
  }

  stopEvent(event) { return !this.contentDOM.contains(event.target) && event.target !== this.img && !/^drag|^drop/.test(event.type); }

  ignoreMutation(change) { return change.type !== 'selection' && !this.contentDOM.contains(change.target); }

  destroy() { document.removeEventListener('ed-cover', this.onCover); }
}

export const insertPicture = (attrs) => insertBlock(schema.nodes.picture.create(attrs));
