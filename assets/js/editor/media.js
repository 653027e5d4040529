// Audio and video: sent in pieces that a lost connection does not undo, converted by the server
// while one writes on, and edited in place (title, captions).
import { el, field, icon, ask, say, setting, tell } from './kit.js';
import { placed } from './picture.js';
import { schema } from './schema.js';

const NAMES = /\.(mp4|m4v|mov|webm|mkv|mp3|m4a|ogg|oga|wav|flac)$/i;
const AGAIN = 2000;
const LOOK = 1000;

export const isMedia = (file) => /^(audio|video)\//.test(file.type) || NAMES.test(file.name || '');

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function call(path, fields, method = 'POST') {
  const body = Object.keys(fields || {}).length ? new FormData() : undefined;
  for (const [name, value] of Object.entries(fields || {})) body.append(name, value);
  const res = await fetch(`${setting.media}/uploads${path}`, { method, body, credentials: 'same-origin', headers: { 'X-CSRF-Token': field('_csrf').value } });
  return { status: res.status, wait: Number(res.headers.get('Retry-After')) || 0, data: await res.json().catch(() => ({})) };
}

const refused = ({ data }) => new Error(data.error?.message || data.message || say('upload_failed'));

// As call, but a lost connection, a busy server and a full minute are waited for.
async function surely(run, told) {
  for (;;) {
    try {
      const answer = await run();
      if (answer.status !== 429 && answer.status < 500) return answer;
      await pause((answer.wait || 2) * 1000);
    } catch {
      told();
      await pause(AGAIN);
    }
  }
}

async function send(file, work, show) {
  let at = work.received;
  while (at < file.size) {
    const piece = file.slice(at, at + work.piece);
    const answer = await surely(() => call(`/${work.id}`, { offset: at, file: piece }), () => show(at / file.size * 100, say('upload_resumes')));
    if (answer.status !== 200 && answer.status !== 409) throw refused(answer);
    if (answer.data.state !== 'receiving') return answer.data;
    at = answer.data.received;
    show(Math.round(at / file.size * 100), say('uploading', file.name));
  }
  const answer = await surely(() => call(`/${work.id}/finish`, {}), () => show(100, say('upload_resumes')));
  if (![200, 409].includes(answer.status) || answer.data.state === 'receiving') throw refused(answer); // 409: cancelled meanwhile
  return answer.data;
}

async function converted(work, show) {
  let now = work;
  while (['waiting', 'working'].includes(now.state)) {
    show(now.progress / 10, say('media_converting', ` ${Math.round(now.progress / 10)}%`));
    await pause(LOOK);
    const answer = await surely(() => call(`/${work.id}`, null, 'GET'), () => show(now.progress / 10, say('upload_offline')));
    if (answer.status !== 200) throw refused(answer);
    now = answer.data;
  }
  if (now.state === 'failed') throw new Error(now.message || say('media_failed'));
  return now.state === 'done' ? now : null; // cancelled
}

export const addMedia = (view, file, pos) => placed(view, file, pos, async (show) => {
  const begun = await call('', { name: file.name, size: file.size });
  if (begun.status !== 201) throw refused(begun);
  const stop = el('button', { type: 'button', class: 'btn small', onclick: () => call(`/${begun.data.id}/cancel`, {}) }, say('media_cancel'));
  show(0, null, stop);
  const made = await converted(await send(file, begun.data, show), show);
  if (!made) return null;
  const title = file.name.replace(/\.[^.]*$/, '').slice(0, 200) || null;
  const { hash, mime, poster } = made;
  return mime.startsWith('video/') ? schema.nodes.video.create({ blob: hash, poster: poster || null, title }) : schema.nodes.audio.create({ blob: hash, title });
});

async function sendCaptions(file) {
  const body = new FormData();
  body.append('file', file, file.name);
  const res = await fetch(`${setting.media}/captions`, { method: 'POST', body, credentials: 'same-origin', headers: { 'X-CSRF-Token': field('_csrf').value } });
  const data = await res.json().catch(() => ({}));
  if (res.status !== 200) throw refused({ data });
  return data;
}

export class PlayerView {
  constructor(node, view, getPos) {
    Object.assign(this, { node, view, getPos });
    const { blob, poster } = node.attrs;
    this.player = el(node.type.name, { controls: true, preload: 'metadata', src: `/media/${blob}`, poster: poster ? `/media/${poster}` : null });
    const button = (name, run) => el('button', { type: 'button', class: 'btn small', onclick: run }, icon(name), el('span'));
    this.titleButton = button('pencil-square', () => this.askTitle());
    this.captionsButton = button('language', () => this.captions.click());
    this.captions = el('input', { type: 'file', accept: '.vtt,text/vtt', class: 'vh', tabindex: -1, 'aria-hidden': 'true', onchange: () => this.addCaptions() });
    this.caption = el('figcaption');
    this.dom = el('figure', { class: 'media', contenteditable: 'false' }, this.player, el('div', { class: 'ed-pic-bar' }, this.titleButton, this.captionsButton, this.captions,
      el('button', { type: 'button', class: 'btn small', 'aria-label': say('media_remove'), title: say('media_remove'), onclick: () => this.remove() }, icon('trash'))), this.caption);
    this.show();
  }

  show() {
    const { title, captions } = this.node.attrs;
    this.caption.textContent = title || '';
    this.player.setAttribute('aria-label', title || say(this.node.type.name));
    this.titleButton.lastChild.textContent = say(title ? 'media_title_edit' : 'media_title_missing');
    this.captionsButton.lastChild.textContent = say(captions ? 'captions_replace' : 'captions_add');
    this.player.replaceChildren(...(captions ? [el('track', { kind: 'captions', label: 'CC', default: true, src: `/media/${captions}` })] : []));
  }

  set(attrs) {
    this.view.dispatch(this.view.state.tr.setNodeMarkup(this.getPos(), null, { ...this.node.attrs, ...attrs }));
  }

  async askTitle() {
    const values = await ask(say('media_title'), [{ name: 'title', label: say('media_title'), help: say('media_title_help'), value: this.node.attrs.title, check: (s) => ([...s].length > 500 ? say('alt_too_long') : '') }]);
    if (values) this.set({ title: values.title.replace(/\s+/g, ' ') || null });
    this.view.focus();
  }

  async addCaptions() {
    const [file] = this.captions.files;
    this.captions.value = '';
    if (!file) return;
    try {
      const made = await sendCaptions(file);
      this.set({ captions: made.hash });
      tell(say('captions_done', String(made.cues)));
    } catch (error) { tell(`${file.name}: ${error.message}`, 'bad'); }
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

  stopEvent(event) { return !/^drag|^drop/.test(event.type); }

  ignoreMutation() { return true; }
}
