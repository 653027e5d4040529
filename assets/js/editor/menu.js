// The toolbar: buttons with their state, menus that open below, arrow keys from one to the next.
import { toggleMark } from 'prosemirror-commands';
import { redo, redoDepth, undo, undoDepth } from 'prosemirror-history';
import * as tables from 'prosemirror-tables';
import * as cmd from './commands.js';
import { ask, el, icon, say } from './kit.js';
import { pick } from './picture.js';
import { ALIGNS, CALLOUTS, COLORS, SIZES, hrefOk, schema } from './schema.js';

const { marks, nodes } = schema;
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const keyName = (key) => (key ? ` (${key.replace('Mod', mac ? '⌘' : 'Ctrl')})` : '');

export async function askLink(view) {
  const old = cmd.markValue(view.state, marks.link);
  const values = await ask(say('link'), [{
    name: 'href', label: say('link_address'), value: old?.href ?? '', inputmode: 'url', help: say('link_help'),
    check: (s) => (hrefOk(s) || hrefOk(`https://${s}`) ? '' : say('link_bad')),
  }], { extra: old ? say('link_remove') : null });
  if (values) cmd.setLink(values.extra ? null : hrefOk(values.href) ? values.href : `https://${values.href}`)(view.state, view.dispatch);
  view.focus();
}

async function askTable(view) {
  const size = (s) => (/^\d+$/.test(s) && Number(s) >= 1 && Number(s) <= 20 ? '' : say('table_bad'));
  const values = await ask(say('table'), [
    { name: 'rows', label: say('table_rows'), value: '3', type: 'number', min: 1, max: 20, check: size },
    { name: 'cols', label: say('table_cols'), value: '3', type: 'number', min: 1, max: 20, check: size },
  ], { ok: say('insert') });
  if (values) cmd.insertBlock(cmd.newTable(Number(values.rows), Number(values.cols)), 'inside')(view.state, view.dispatch);
  view.focus();
}

// What can be put in at the cursor; the slash menu offers these too.
export const inserts = [
  { key: 'heading2', icon: 'h1', find: 'h2 biaoti', run: (v) => cmd.setKind('heading2')(v.state, v.dispatch) },
  { key: 'heading3', icon: 'h2', find: 'h3 biaoti', run: (v) => cmd.setKind('heading3')(v.state, v.dispatch) },
  { key: 'picture', icon: 'photo', find: 'image tupian', picks: true, run: (v) => pick(v) },
  { key: 'bullets', icon: 'list-bullet', find: 'list liebiao', run: (v) => cmd.list(nodes.bulletList)(v.state, v.dispatch) },
  { key: 'numbers', icon: 'numbered-list', find: 'ordered bianhao', run: (v) => cmd.list(nodes.orderedList)(v.state, v.dispatch) },
  { key: 'quote', icon: 'quote', find: 'blockquote yinyong', run: (v) => cmd.quote(v.state, v.dispatch) },
  { key: 'table', icon: 'table-cells', find: 'biaoge', run: askTable },
  { key: 'video', icon: 'film', find: 'video shipin', picks: true, run: (v) => pick(v, 'video/*') },
  { key: 'audio', icon: 'musical-note', find: 'audio yinpin', picks: true, run: (v) => pick(v, 'audio/*') },
  ...CALLOUTS.map((kind) => ({ key: `callout_${kind}`, icon: kind === 'info' ? 'information-circle' : kind === 'tip' ? 'light-bulb' : 'exclamation-triangle', find: `callout ${kind} tishi`, run: (v) => cmd.callout(kind)(v.state, v.dispatch) })),
  { key: 'code_block', icon: 'code-bracket', find: 'code daima', run: (v) => cmd.setKind('code_block')(v.state, v.dispatch) },
  { key: 'divider', icon: 'minus', find: 'hr fengexian', run: (v) => cmd.insertBlock(nodes.divider.create())(v.state, v.dispatch) },
];

const table = (key, command) => ({ key, run: (v) => command(v.state, v.dispatch), can: (state) => command(state) });
const TABLE = [
  table('row_before', tables.addRowBefore), table('row_after', tables.addRowAfter), table('row_delete', tables.deleteRow),
  table('col_before', tables.addColumnBefore), table('col_after', tables.addColumnAfter), table('col_delete', tables.deleteColumn),
  table('cells_merge', tables.mergeCells), table('cell_split', tables.splitCell), table('header_toggle', tables.toggleHeaderRow), table('table_delete', tables.deleteTable),
];

const mark = (key, name, shortcut, iconName = key) => ({
  key, icon: iconName, shortcut, run: (v) => toggleMark(marks[name])(v.state, v.dispatch), on: (state) => Boolean(cmd.isMarked(state, marks[name])),
});
const value = (name, choices, prefix) => [null, ...choices].map((choice) => ({
  key: `${name}_${choice || 'none'}`, sample: choice ? prefix + choice : '',
  run: (v) => cmd.setValue(marks[name], choice)(v.state, v.dispatch), on: (state) => (cmd.markValue(state, marks[name])?.value ?? null) === choice,
}));

const BAR = [
  { key: 'undo', icon: 'arrow-uturn-left', shortcut: 'Mod+Z', run: (v) => undo(v.state, v.dispatch), can: undoDepth },
  { key: 'redo', icon: 'arrow-uturn-right', shortcut: 'Mod+Shift+Z', run: (v) => redo(v.state, v.dispatch), can: redoDepth },
  null,
  { key: 'style', text: (state) => say(cmd.blockKind(state)), items: ['paragraph', 'heading2', 'heading3', 'heading4', 'code_block'].map((kind) => ({
    key: kind, run: (v) => cmd.setKind(kind)(v.state, v.dispatch), on: (state) => cmd.blockKind(state) === kind,
  })) },
  null,
  mark('bold', 'bold', 'Mod+B'), mark('italic', 'italic', 'Mod+I'), mark('underline', 'underline', 'Mod+U'), mark('strike', 'strike', 'Mod+Shift+X', 'strikethrough'), mark('code', 'code', 'Mod+E'),
  { key: 'link', icon: 'link', shortcut: 'Mod+K', run: askLink, on: (state) => Boolean(cmd.markValue(state, marks.link)) },
  { key: 'color', icon: 'color', items: value('color', COLORS, 'c-') },
  { key: 'size', icon: 'size', items: value('size', SIZES, 'fs-') },
  { key: 'align', icon: (state) => `align-${cmd.alignOf(state) || 'left'}`, items: [null, ...ALIGNS].map((align) => ({
    key: `align_${align || 'left'}`, icon: `align-${align || 'left'}`, run: (v) => cmd.setAlign(align)(v.state, v.dispatch), on: (state) => cmd.alignOf(state) === align,
  })) },
  null,
  { key: 'bullets', icon: 'list-bullet', shortcut: 'Mod+Shift+8', run: inserts[3].run, on: (state) => Boolean(cmd.holder(state, nodes.bulletList)) },
  { key: 'numbers', icon: 'numbered-list', shortcut: 'Mod+Shift+7', run: inserts[4].run, on: (state) => Boolean(cmd.holder(state, nodes.orderedList)) },
  { key: 'quote', icon: 'quote', shortcut: 'Mod+Shift+9', run: inserts[5].run, on: (state) => Boolean(cmd.holder(state, nodes.blockquote)) },
  null,
  { key: 'picture', icon: 'photo', run: (v) => pick(v), picks: true },
  { key: 'table', icon: 'table-cells', run: askTable, items: (state) => (tables.isInTable(state) ? TABLE : null), on: tables.isInTable },
  { key: 'more', icon: 'plus', items: inserts.slice(7) },
];

// One menu is open at a time, above everything, closed by Escape or a click elsewhere.
let open = null;
function close(focus) {
  if (!open) return;
  open.box.remove();
  open.button.setAttribute('aria-expanded', 'false');
  if (focus) open.button.focus();
  open = null;
}

function place(box, button) {
  const at = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8));
  box.style.left = `${left + window.scrollX}px`;
  box.style.top = `${at.bottom + 4 + window.scrollY}px`;
}

function openMenu(view, button, items) {
  close();
  const box = el('div', { class: 'ed-menu', role: 'menu', 'aria-label': button.getAttribute('aria-label') });
  for (const item of items) {
    const on = item.on && item.on(view.state);
    box.append(el('button', {
      type: 'button', role: item.on ? 'menuitemradio' : 'menuitem', 'aria-checked': item.on ? String(on) : null, disabled: item.can ? !item.can(view.state) : false,
      onclick: () => { close(); item.run(view); if (!item.picks) view.focus(); },
    }, item.icon ? icon(item.icon) : null, el('span', { class: item.sample }, say(item.key))));
  }
  const all = () => [...box.querySelectorAll('button:not(:disabled)')];
  box.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) all().at((all().indexOf(document.activeElement) + step) % all().length).focus();
    else if (event.key === 'Escape') close(true);
    else if (event.key === 'Tab') close();
    else return;
    if (event.key !== 'Tab') event.preventDefault();
  });
  document.body.append(box);
  open = { box, button };
  button.setAttribute('aria-expanded', 'true');
  place(box, button);
  (box.querySelector('[aria-checked="true"]') || all()[0])?.focus({ preventScroll: true });
}

document.addEventListener('pointerdown', (event) => {
  if (open && !open.box.contains(event.target) && !open.button.contains(event.target)) close();
});

export function toolbar(extra) {
  const bar = el('div', { class: 'ed-bar', role: 'toolbar', 'aria-label': say('toolbar'), 'aria-controls': 'ed-doc' });
  let view;
  const made = [...BAR, null, ...extra].map((tool) => {
    if (!tool) return bar.append(el('span', { class: 'ed-gap' })), null;
    const label = say(tool.key) + keyName(tool.shortcut);
    const button = el('button', { type: 'button', class: 'ed-tool', 'aria-label': say(tool.key), title: label, tabindex: -1, 'aria-haspopup': tool.items ? 'menu' : null, 'aria-expanded': tool.items ? 'false' : null });
    // Keeps the selection (and the keyboard of a phone) where it is.
    button.addEventListener('mousedown', (event) => event.preventDefault());
    button.addEventListener('click', () => {
      const items = typeof tool.items === 'function' ? tool.items(view.state) : tool.items;
      if (open?.button === button) close(true);
      else if (items) openMenu(view, button, items);
      else { tool.run(view); if (!tool.picks && !document.querySelector('dialog[open]')) view.focus(); }
    });
    bar.append(button);
    return { tool, button };
  }).filter(Boolean);
  made[0].button.tabIndex = 0;
  bar.addEventListener('keydown', (event) => {
    const all = made.map((m) => m.button).filter((b) => !b.disabled);
    const at = all.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    const next = all[(to + all.length) % all.length];
    made.forEach((m) => { m.button.tabIndex = m.button === next ? 0 : -1; });
    next.focus();
  });
  const show = (state) => made.forEach(({ tool, button }) => {
    const face = typeof tool.icon === 'function' ? tool.icon(state) : tool.icon;
    const text = tool.text ? tool.text(state) : '';
    if (button.dataset.face !== face + text) {
      button.dataset.face = face + text;
      button.replaceChildren(text ? el('span', { class: 'ed-style' }, text) : icon(face), ...(tool.items && text ? [icon('chevron-down')] : []));
    }
    if (tool.on) button.setAttribute('aria-pressed', String(Boolean(tool.on(state))));
    if (tool.can) {
      button.disabled = !tool.can(state);
      if (button.disabled && button.tabIndex === 0) { button.tabIndex = -1; made.find((m) => !m.button.disabled).button.tabIndex = 0; }
    }
  });
  return { bar, attach: (v) => { view = v; }, show };
}
