// Autosave: every change goes to the server soon, and into this browser's storage at once, so that
// nothing is lost without a network. Two writers: both texts are shown and the person chooses.
import { el, field, post, say, setting } from './kit.js';

const SOON = 1200;
const AGAIN = 5000;
const declared = [...document.querySelectorAll('#declarations [name]')].map((input) => input.name);
const FIELDS = ['title', 'digest', 'category', 'cover', 'tags', ...declared];
const key = `gongqi:draft:${setting.user}:${setting.base}`;

const time = (ms) => new Date(ms).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Shanghai' });

function storage(fn) {
  try { return fn(window.localStorage); } catch { return null; }
}
export const kept = () => storage((s) => JSON.parse(s.getItem(key)));
export const forget = () => storage((s) => s.removeItem(key));

const read = (input) => (input.type === 'checkbox' && !input.checked ? '' : input.value);
function write(input, value) {
  if (input.type === 'checkbox') input.checked = Boolean(value);
  else input.value = input.tagName === 'SELECT' && !value && input.querySelector('[value=none]') ? 'none' : value;
}

export function values() {
  return Object.fromEntries(FIELDS.map((name) => [name, read(field(name))]));
}
export function setValues(text) {
  FIELDS.forEach((name) => { if (text[name] !== undefined) write(field(name), text[name]); });
  document.dispatchEvent(new CustomEvent('ed-cover'));
}

// doc() gives the document's JSON; onConflict(theirs) shows both; onRefused(field) points at a node.
export function saver({ doc, onConflict, onRefused }) {
  const line = el('p', { class: 'ed-state', role: 'status', 'aria-live': 'polite' });
  let dirty = false;
  let stopped = false; // by a conflict: until the person has chosen
  let busy = null;
  let timer = 0;
  let copying = 0;
  const state = (name, text) => { line.dataset.state = name; line.textContent = text; };

  function later(ms) {
    clearTimeout(timer);
    timer = setTimeout(() => save(), ms);
  }

  // sent: the form is on its way to the server with this very text.
  function copy(sent = false) {
    clearTimeout(copying);
    copying = 0;
    if (dirty || sent) storage((s) => s.setItem(key, JSON.stringify({ at: Date.now(), rev: Number(field('rev').value), sent, ...values(), doc: doc() })));
  }

  function refused(status, data) {
    if (status === 409 && data.doc) {
      stopped = true;
      state('conflict', say('state_conflict'));
      onConflict(data);
      return;
    }
    if (status === 401 || status === 403) state('error', say('state_login'));
    else if (status >= 500 || status === 429 || status === 503) { state('offline', say('state_server')); later(AGAIN); } else {
      state('error', say('state_refused', data.error?.message || String(status)));
      if (data.error?.field) onRefused(data.error.field);
    }
  }

  async function once() {
    dirty = false;
    state('saving', say('state_saving'));
    try {
      const { status, data } = await post(`${setting.base}/draft`, { rev: Number(field('rev').value), ...values(), doc: doc() });
      if (status === 200) {
        field('rev').value = data.rev;
        state('saved', say('state_saved', time(data.saved_at)));
        if (!dirty) forget();
        else later(SOON);
        return true;
      }
      dirty = true;
      refused(status, data);
    } catch {
      dirty = true;
      state('offline', say('state_offline'));
      later(AGAIN);
    }
    copy();
    return false;
  }

  // True when everything is on the server.
  async function save() {
    clearTimeout(timer);
    if (busy) await busy;
    if (!dirty || stopped) return !dirty;
    busy = once();
    const ok = await busy;
    busy = null;
    return ok && !dirty;
  }

  function changed() {
    dirty = true;
    if (!copying) copying = setTimeout(() => copy(), 250);
    if (stopped) return;
    if (line.dataset.state !== 'offline') state('dirty', say('state_changed'));
    later(SOON);
  }

  window.addEventListener('online', () => { if (dirty) save(); });
  window.addEventListener('pagehide', () => copy());
  state('clean', '');
  return {
    line, save, changed,
    pending: () => Boolean(busy),
    unsaved: () => dirty,
    sending: () => { clearTimeout(timer); copy(true); dirty = false; },
    chosen: (rev) => { stopped = false; field('rev').value = rev; dirty = true; return save(); },
  };
}
