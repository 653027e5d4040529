// Find and replace.
import { closeHistory } from 'prosemirror-history';
import { Plugin, PluginKey, TextSelection } from 'prosemirror-state';
import { Decoration, DecorationSet } from 'prosemirror-view';
import { el, icon, say } from './kit.js';

const key = new PluginKey('find');

// Matches inside one text block; a break counts as one character that nothing matches.
function search(doc, text) {
  const found = [];
  const wanted = text.toLowerCase();
  if (!wanted) return found;
  doc.descendants((node, pos) => {
    if (!node.isTextblock) return true;
    const inside = node.textBetween(0, node.content.size, undefined, '\ufffc').toLowerCase();
    for (let at = inside.indexOf(wanted); at >= 0 && found.length < 2000; at = inside.indexOf(wanted, at + wanted.length)) found.push({ from: pos + 1 + at, to: pos + 1 + at + wanted.length });
    return false;
  });
  return found;
}

export const finder = new Plugin({
  key,
  state: {
    init: () => ({ text: '', found: [], set: DecorationSet.empty }),
    apply(tr, old) {
      const text = tr.getMeta(key) ?? old.text;
      if (text === old.text && !tr.docChanged) return old;
      const found = search(tr.doc, text);
      return { text, found, set: DecorationSet.create(tr.doc, found.map((m) => Decoration.inline(m.from, m.to, { class: 'ed-found' }))) };
    },
  },
  props: { decorations: (state) => key.getState(state).set },
});

export function findPanel() {
  let view;
  const input = el('input', { class: 'form-control', type: 'search', 'aria-label': say('find'), placeholder: say('find') });
  const other = el('input', { class: 'form-control', type: 'text', 'aria-label': say('replace_with'), placeholder: say('replace_with') });
  const count = el('output', { class: 'ed-count' });
  const found = () => key.getState(view.state).found;
  const show = () => { count.textContent = input.value ? say('found', String(found().length)) : ''; };
  const look = () => { view.dispatch(view.state.tr.setMeta(key, input.value)); show(); };
  const go = (step) => {
    const all = found();
    if (!all.length) return;
    const { from, to } = view.state.selection;
    const at = step > 0 ? all.findIndex((m) => m.from >= to) : all.findLastIndex((m) => m.to <= from);
    const match = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at];
    view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, match.from, match.to)).scrollIntoView());
  };
  const put = (tr, m) => (other.value ? tr.insertText(other.value, m.from, m.to) : tr.delete(m.from, m.to));
  const replace = () => {
    const { from, to } = view.state.selection;
    const match = found().find((m) => m.from === from && m.to === to);
    if (match) view.dispatch(put(closeHistory(view.state.tr), match));
    go(1);
    show();
  };
  const replaceAll = () => {
    const tr = closeHistory(view.state.tr);
    const all = found();
    [...all].reverse().forEach((m) => put(tr, m));
    view.dispatch(tr);
    count.textContent = say('replaced', String(all.length));
  };
  const button = (name, run, face) => el('button', { type: 'button', class: 'btn small', 'aria-label': face ? say(name) : null, title: say(name), onclick: run }, face ? icon(face) : say(name));
  const panel = el('div', { class: 'ed-find', role: 'search', hidden: true }, input, button('find_previous', () => go(-1), 'chevron-up'), button('find_next', () => go(1), 'chevron-down'), count,
    other, button('replace', replace), button('replace_all', replaceAll), button('close', () => toggle(false), 'x-mark'));
  function toggle(on = panel.hidden) {
    panel.hidden = !on;
    if (on) { const { from, to } = view.state.selection; input.value = view.state.doc.textBetween(from, to, ' ').slice(0, 60) || input.value; input.focus(); input.select(); } else { view.dispatch(view.state.tr.setMeta(key, '')); view.focus(); return; }
    look();
  }
  input.addEventListener('input', (event) => { event.stopPropagation(); look(); });
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') toggle(false);
    else if (event.key === 'Enter') { event.preventDefault(); if (event.target === other) replace(); else go(event.shiftKey ? -1 : 1); }
  });
  return { panel, toggle, attach: (v) => { view = v; } };
}
