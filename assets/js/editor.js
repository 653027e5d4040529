// The article editor: takes the place of the Markdown field in the form that works without it. It
// posts the same form, with the document in "doc" in place of "body".
import { dropCursor } from 'prosemirror-dropcursor';
import { gapCursor } from 'prosemirror-gapcursor';
import { history } from 'prosemirror-history';
import { DOMSerializer, Slice } from 'prosemirror-model';
import { EditorState, NodeSelection, Plugin } from 'prosemirror-state';
import { tableEditing } from 'prosemirror-tables';
import { EditorView } from 'prosemirror-view';
import * as cmd from './editor/commands.js';
import { findPanel, finder } from './editor/find.js';
import { el, field, form, host, icon, say, setting, tell } from './editor/kit.js';
import { markdown } from './editor/markdown.js';
import { PlayerView, isMedia } from './editor/media.js';
import { askLink, toolbar } from './editor/menu.js';
import { clean } from './editor/paste.js';
import { PictureView, addFiles, pick, uploading, uploads } from './editor/picture.js';
import { forget, kept, saver, setValues, values } from './editor/save.js';
import { docFrom, docJson, positionOf, schema } from './editor/schema.js';
import { coverBox, side } from './editor/side.js';
import { slash } from './editor/slash.js';

const empty = () => schema.node('doc', null, [schema.node('paragraph')]);

function readDoc(json) {
  try { return docFrom(JSON.parse(json)); } catch { return empty(); }
}

// Says once what a paste could not keep.
function told(dropped) {
  const parts = ['pictures', 'links', 'styles', 'scripts'].filter((k) => dropped[k]).map((k) => say(`dropped_${k}`, String(dropped[k])));
  if (parts.length) tell(`${say('dropped')} ${parts.join(say('list_sep').replace(',', ', '))}`, 'warn');
}

// The hint of an empty text.
function hint() {
  const update = (view) => {
    const { doc } = view.state;
    const only = doc.childCount === 1 && doc.firstChild.type === schema.nodes.paragraph && !doc.firstChild.content.size;
    view.dom.classList.toggle('ed-blank', only);
  };
  return new Plugin({ view: (view) => { update(view); return { update }; } });
}

function createView(mount, doc, { onChange, bar, find, save }) {
  const files = (list) => [...(list || [])].filter((file) => file.type.startsWith('image/') || isMedia(file));
  const view = new EditorView(mount, {
    state: EditorState.create({ doc, plugins: [
      slash(), cmd.rules, ...cmd.keys({ 'Mod-k': (s, d, v) => { askLink(v); return true; }, 'Mod-s': () => { save(); return true; }, 'Mod-f': () => { find.toggle(true); return true; } }),
      history(), dropCursor({ class: 'ed-drop', color: false }), gapCursor(), tableEditing(), uploads, finder, hint(),
    ] }),
    attributes: { id: 'ed-doc', class: 'body ed-doc', role: 'textbox', 'aria-multiline': 'true', 'aria-label': say('text'), 'data-hint': say('hint'), spellcheck: 'true', 'aria-controls': 'ed-slash' },
    nodeViews: {
      picture: (node, v, getPos) => new PictureView(node, v, getPos),
      audio: (node, v, getPos) => new PlayerView(node, v, getPos),
      video: (node, v, getPos) => new PlayerView(node, v, getPos),
    },
    transformPastedHTML: (html) => { const made = clean(html); told(made.dropped); return made.html; },
    // A paragraph with its alignment takes the place of an empty one instead of flowing into it.
    transformPasted: (slice, v) => {
      const { parent } = v.state.selection.$from;
      const keeps = slice.openStart && slice.content.firstChild?.attrs.align && parent.isTextblock && !parent.content.size;
      return keeps ? new Slice(slice.content, 0, slice.openEnd) : slice;
    },
    handlePaste: (v, event) => {
      const pictures = files(event.clipboardData?.files);
      if (!pictures.length || event.clipboardData.getData('text/html').replace(/<[^>]*>/g, '').trim()) return false;
      addFiles(v, pictures);
      return true;
    },
    handleDrop: (v, event) => {
      const pictures = files(event.dataTransfer?.files);
      if (!pictures.length) return false;
      event.preventDefault();
      addFiles(v, pictures, v.posAtCoords({ left: event.clientX, top: event.clientY })?.pos);
      return true;
    },
    dispatchTransaction(tr) {
      const state = view.state.apply(tr);
      view.updateState(state);
      bar.show(state);
      if (tr.docChanged) onChange(state.doc);
    },
  });
  return view;
}

function replaceDoc(view, doc) {
  view.dispatch(view.state.tr.replaceWith(0, view.state.doc.content.size, doc.content));
}

// Both texts side by side, and what to do with them. Whatever is chosen can be undone.
function conflictBox(view, save, changedAgain) {
  return (theirs) => {
    document.getElementById('ed-conflict')?.remove();
    let doc;
    try { doc = docFrom(theirs.doc); } catch { doc = empty(); }
    const shown = el('div', { class: 'body ed-theirs', tabindex: 0, role: 'region', 'aria-label': say('conflict_theirs') });
    shown.append(DOMSerializer.fromSchema(schema).serializeFragment(doc.content));
    const when = new Date(theirs.when).toLocaleString(document.documentElement.lang, { timeZone: 'Asia/Shanghai' });
    const done = async (run) => { run(); box.remove(); await save.chosen(theirs.rev); view.focus(); };
    const button = (name, run, main) => el('button', { type: 'button', class: main ? 'btn btn-primary' : 'btn', onclick: () => done(run) }, say(name));
    const box = el('section', { id: 'ed-conflict', class: 'card ed-conflict', role: 'alertdialog', 'aria-labelledby': 'ed-conflict-title' }, el('div', { class: 'card-body' },
      el('h2', { id: 'ed-conflict-title', tabindex: -1 }, say('conflict')), el('p', {}, say('conflict_text', `${theirs.who || ''} ${when}`)),
      el('h3', {}, theirs.title || say('conflict_theirs')), shown,
      el('div', { class: 'acts' }, button('conflict_mine', () => {}, true),
        button('conflict_both', () => view.dispatch(view.state.tr.insert(view.state.doc.content.size, [schema.node('divider'), ...doc.children]))),
        button('conflict_take', () => { setValues(theirs); replaceDoc(view, doc); changedAgain(); }))));
    form.before(box);
    box.querySelector('h2').focus();
  };
}

// What a lost connection or a closed window left in this browser.
function recover(view, original, onConflict) {
  const copy = kept();
  if (!copy) return;
  let doc;
  try { doc = docFrom(copy.doc); } catch { forget(); return; }
  const same = doc.eq(original) && Object.entries(values()).every(([name, value]) => (copy[name] ?? '') === value);
  const arrived = copy.sent && Number(field('rev').value) > copy.rev;
  if (same || arrived) { forget(); return; }
  const server = { ...values(), doc: docJson(original), rev: Number(field('rev').value), who: '', when: copy.at };
  setValues(copy);
  replaceDoc(view, doc);
  if (copy.rev === server.rev) tell(say('recovered', new Date(copy.at).toLocaleString(document.documentElement.lang, { timeZone: 'Asia/Shanghai' })), 'info');
  else onConflict(server);
}

function layout(parts) {
  const main = el('div', { class: 'ed-main' });
  const aside = el('aside', { class: 'ed-side', 'aria-label': say('settings') });
  const box = (name) => field(name).closest('.field');
  for (const name of ['picture', 'alt', 'cover_file']) { box(name).hidden = true; field(name).disabled = true; }
  box('title').classList.add('ed-title');
  field('title').placeholder = say('title_hint');
  main.append(box('title'), el('div', { class: 'ed-top' }, parts.tabs, parts.state), parts.rich, parts.pane, parts.length);
  aside.append(box('category'), box('tags'), parts.cover, box('digest'), box('publish_at'), document.getElementById('declarations'), parts.outline);
  host.replaceChildren();
  host.hidden = false;
  host.classList.add('ed');
  host.append(main, aside);
  form.classList.add('ed-form');
}

// The form is sent when nothing is on its way any more: an autosave in flight would make the
// sender's own revision an old one.
function onSubmit(view, save, tabs) {
  const doc = el('input', { type: 'hidden', name: 'doc' });
  form.append(doc);
  form.addEventListener('submit', async (event) => {
    const { submitter } = event;
    if (uploading()) { event.preventDefault(); tell(say('wait_upload'), 'warn'); return; }
    if (save.pending()) {
      event.preventDefault();
      await save.save();
      form.requestSubmit(submitter);
      return;
    }
    field('body').disabled = tabs.rich();
    doc.disabled = !tabs.rich();
    doc.value = JSON.stringify(docJson(view.state.doc));
    save.sending();
  });
  window.addEventListener('pageshow', () => { field('body').disabled = false; });
}

function start() {
  if (!host || !form) return;
  delete form.dataset.guard; // the editor guards what is not saved itself
  const asMarkdown = !setting.doc;
  const original = asMarkdown ? empty() : readDoc(setting.doc);
  let view;
  let chores = 0;
  const find = findPanel();
  const bar = toolbar([{ key: 'find', icon: 'magnifying-glass', shortcut: 'Mod+F', run: () => find.toggle() }]);
  const save = saver({
    doc: () => docJson(view.state.doc),
    onConflict: (theirs) => conflict(theirs),
    onRefused: (path) => point(path),
  });
  const panel = side();
  const cover = coverBox(() => save.changed());
  const show = () => { chores = 0; panel.show(view.state.doc); cover.show(view.state.doc); };
  const onChange = () => { save.changed(); chores ||= setTimeout(show, 200); };
  const tabs = markdown({
    doc: { json: () => docJson(view.state.doc), node: () => view.state.doc },
    onDoc: (json) => replaceDoc(view, docFrom(json)),
    onSwitch: (name) => { rich.hidden = name !== 'rich'; if (name === 'rich') view.focus(); },
  });
  const mount = el('div', { class: 'ed-mount' });
  const picker = el('input', { type: 'file', id: 'ed-file', accept: 'image/*', multiple: true, class: 'vh', tabindex: -1, 'aria-hidden': 'true' });
  const note = el('div', { id: 'ed-told', role: 'status', hidden: true });
  const rich = el('div', { id: 'ed-rich', role: 'tabpanel', 'aria-labelledby': 'ed-tab-rich' }, bar.bar, find.panel, mount, picker);
  layout({ tabs: tabs.tabs, state: save.line, rich, pane: tabs.pane, length: panel.length, outline: panel.outline, cover: cover.box });
  host.prepend(note);
  view = createView(mount, original, { onChange, bar, find, save: () => save.save() });
  [bar, find, panel].forEach((part) => part.attach(view));
  bar.show(view.state);
  const conflict = conflictBox(view, save, onChange);
  function point(path) {
    const pos = positionOf(view.state.doc, path);
    if (pos >= 0) view.dispatch(view.state.tr.setSelection(NodeSelection.create(view.state.doc, pos)).scrollIntoView());
  }
  tabs.show(asMarkdown ? 'markdown' : 'rich');
  if (asMarkdown) tabs.take();
  show();
  form.addEventListener('input', (event) => { if (event.target.name && event.target.name !== 'doc' && event.target.type !== 'file') save.changed(); });
  form.addEventListener('keydown', (event) => {
    const held = event.ctrlKey || event.metaKey;
    const toText = event.key === 'Enter' && event.target === field('title') && !event.isComposing;
    if (held && event.key === 's') save.save();
    else if (held && event.key === 'f' && !event.defaultPrevented && tabs.rich()) find.toggle(true);
    else if (toText) view.focus();
    else return;
    event.preventDefault();
  });
  window.addEventListener('beforeunload', (event) => { if (save.unsaved() || uploading()) event.preventDefault(); });
  document.querySelectorAll('.ed-form a[href$="/preview"]').forEach((a) => a.addEventListener('click', async (event) => {
    event.preventDefault();
    if (await save.save()) window.location.assign(a.href);
  }));
  onSubmit(view, save, tabs);
  if (setting.node) point(setting.node);
  if (!asMarkdown && !document.querySelector('.form-errors')) recover(view, original, conflict);
}

start();
