// "/" at the start of an empty paragraph offers what can be put in ("、" is the same key in Chinese).
import { Plugin, PluginKey } from 'prosemirror-state';
import { el, icon, say } from './kit.js';
import { inserts } from './menu.js';
import { schema } from './schema.js';

const key = new PluginKey('slash');

function query(state) {
  const { $from, empty } = state.selection;
  if (!empty || $from.parent.type !== schema.nodes.paragraph || $from.parentOffset !== $from.parent.content.size) return null;
  const found = /^[/、]([\p{L}\d]{0,12})$/u.exec($from.parent.textContent);
  return found && { text: found[1].toLowerCase(), from: $from.start(), to: $from.pos };
}

const matches = (item, text) => say(item.key).toLowerCase().includes(text) || item.key.toLowerCase().includes(text) || item.find.includes(text);

class Menu {
  constructor(view) {
    this.view = view;
    this.at = 0;
    this.box = el('div', { class: 'ed-menu', role: 'listbox', id: 'ed-slash', 'aria-label': say('slash'), hidden: true });
    document.body.append(this.box);
    this.update(view);
  }

  get shown() { return !this.box.hidden; }

  update(view) {
    const asked = query(view.state);
    this.items = asked && !(this.closed === asked.from && asked.text === '') && view.hasFocus() ? inserts.filter((item) => matches(item, asked.text)) : [];
    if (!asked) this.closed = null;
    this.asked = asked;
    this.at = Math.min(this.at, Math.max(0, this.items.length - 1));
    this.box.hidden = this.items.length === 0;
    if (!this.shown) { this.at = 0; view.dom.removeAttribute('aria-activedescendant'); return; }
    this.draw();
  }

  draw() {
    this.box.replaceChildren(...this.items.map((item, i) => el('div', {
      role: 'option', id: `ed-slash-${i}`, 'aria-selected': String(i === this.at), onmousedown: (event) => { event.preventDefault(); this.choose(i); },
    }, icon(item.icon), el('span', {}, say(item.key)))));
    this.view.dom.setAttribute('aria-activedescendant', `ed-slash-${this.at}`);
    const at = this.view.coordsAtPos(this.asked.from);
    const below = at.bottom + this.box.offsetHeight + 8 < window.innerHeight;
    this.box.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - this.box.offsetWidth - 8)) + window.scrollX}px`;
    this.box.style.top = `${(below ? at.bottom + 6 : Math.max(4, at.top - this.box.offsetHeight - 6)) + window.scrollY}px`;
    this.box.children[this.at].scrollIntoView({ block: 'nearest' });
  }

  choose(i) {
    const item = this.items[i];
    this.view.dispatch(this.view.state.tr.delete(this.asked.from, this.asked.to));
    item.run(this.view);
    if (!document.querySelector('dialog[open]')) this.view.focus();
  }

  press(event) {
    if (!this.shown || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { this.at = (this.at + step + this.items.length) % this.items.length; this.draw(); } else if (event.key === 'Enter' || event.key === 'Tab') this.choose(this.at);
    else if (event.key === 'Escape') { this.closed = this.asked.from; this.box.hidden = true; } else return false;
    return true;
  }

  destroy() { this.box.remove(); }
}

export function slash() {
  let menu;
  return new Plugin({
    key,
    view: (view) => { menu = new Menu(view); return menu; },
    props: {
      handleKeyDown: (view, event) => menu.press(event),
      handleDOMEvents: { blur: () => { menu.box.hidden = true; return false; } },
    },
  });
}
