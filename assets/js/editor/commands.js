// Commands, keys and input rules.
import { chainCommands, baseKeymap, exitCode, lift, setBlockType, toggleMark, wrapIn } from 'prosemirror-commands';
import { redo, undo } from 'prosemirror-history';
import { InputRule, inputRules, textblockTypeInputRule, undoInputRule, wrappingInputRule } from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { liftListItem, sinkListItem, splitListItem, wrapInList } from 'prosemirror-schema-list';
import { NodeSelection, TextSelection } from 'prosemirror-state';
import { goToNextCell } from 'prosemirror-tables';
import { schema } from './schema.js';

const { nodes, marks } = schema;
const DEEP = 12; // DOC_DEPTH_MAX is 16; a list in a list takes two

// ---- what is where the cursor stands ----
export function holder(state, type) {
  const { $from } = state.selection;
  for (let d = $from.depth; d > 0; d -= 1) if ($from.node(d).type === type) return { node: $from.node(d), pos: $from.before(d), depth: d };
  return null;
}

export function isMarked(state, mark) {
  const { from, to, empty, $from } = state.selection;
  return empty ? mark.isInSet(state.storedMarks || $from.marks()) : state.doc.rangeHasMark(from, to, mark) && (mark.isInSet($from.marksAcross(state.selection.$to) || $from.marks()) || state.doc.rangeHasMark(from, to, mark));
}

export function markValue(state, mark) {
  const { $from, from, to, empty } = state.selection;
  let value = null;
  if (empty) value = mark.isInSet(state.storedMarks || $from.marks())?.attrs ?? null;
  else state.doc.nodesBetween(from, to, (node) => { value ??= mark.isInSet(node.marks)?.attrs ?? null; });
  return value;
}

// "paragraph", "heading2", "codeBlock" …: the kind of the text block, for the menu of styles.
export function blockKind(state) {
  const node = state.selection.$from.parent;
  if (node.type === nodes.heading) return `heading${node.attrs.level}`;
  return node.type === nodes.codeBlock ? 'code_block' : 'paragraph';
}

export function alignOf(state) {
  return state.selection.$from.parent.attrs.align || null;
}

// ---- commands ----
export const setAlign = (align) => (state, dispatch) => {
  const { from, to } = state.selection;
  const tr = state.tr;
  state.doc.nodesBetween(from, to, (node, pos) => {
    if (node.type === nodes.paragraph || node.type === nodes.heading) tr.setNodeMarkup(pos, null, { ...node.attrs, align });
  });
  if (dispatch) dispatch(tr);
  return true;
};

export const setValue = (mark, value) => (state, dispatch) => {
  const { from, to, empty } = state.selection;
  if (!dispatch) return true;
  const tr = state.tr;
  if (empty) dispatch(value ? tr.addStoredMark(mark.create({ value })) : tr.removeStoredMark(mark));
  else {
    tr.removeMark(from, to, mark);
    dispatch(value ? tr.addMark(from, to, mark.create({ value })) : tr);
  }
  return true;
};

export const plainText = (state, dispatch) => {
  const { from, to } = state.selection;
  if (dispatch) dispatch(state.tr.removeMark(from, to).setStoredMarks([]));
  return true;
};

export const setLink = (href) => (state, dispatch) => {
  let { from, to } = state.selection;
  const { empty, $from } = state.selection;
  const tr = state.tr;
  const old = marks.link.isInSet($from.marks());
  if (empty && old) {
    const { parent } = $from;
    const start = $from.start();
    parent.forEach((node, offset) => {
      const at = start + offset;
      if (node.marks.some((m) => m.eq(old)) && at <= from && at + node.nodeSize >= from) [from, to] = [at, at + node.nodeSize];
    });
  } else if (empty && href) {
    tr.insertText(href);
    to = from + href.length;
  }
  tr.removeMark(from, to, marks.link);
  if (href) tr.addMark(from, to, marks.link.create({ href }));
  if (dispatch) dispatch(tr.removeStoredMark(marks.link));
  return true;
};

const inside = (type, wrap) => (state, dispatch) => {
  if (holder(state, type)) return lift(state, dispatch);
  return state.selection.$from.depth < DEEP && wrap(state, dispatch);
};
export const quote = inside(nodes.blockquote, wrapIn(nodes.blockquote));
export const callout = (kind) => (state, dispatch) => {
  const at = holder(state, nodes.callout);
  if (!at) return wrapIn(nodes.callout, { kind })(state, dispatch);
  if (at.node.attrs.kind === kind) return lift(state, dispatch);
  if (dispatch) dispatch(state.tr.setNodeMarkup(at.pos, null, { kind }));
  return true;
};

export const list = (type) => (state, dispatch) => {
  const other = type === nodes.bulletList ? nodes.orderedList : nodes.bulletList;
  const [mine, theirs] = [holder(state, type), holder(state, other)];
  if (mine && (!theirs || mine.depth > theirs.depth)) return liftListItem(nodes.listItem)(state, dispatch);
  if (theirs) {
    if (dispatch) dispatch(state.tr.setNodeMarkup(theirs.pos, type, type === nodes.orderedList ? { start: 1 } : null));
    return true;
  }
  // A heading cannot begin an item; as a paragraph it can.
  return wrapInList(type)(state, dispatch) || chainCommands(setBlockType(nodes.paragraph))(state, dispatch);
};

export function setKind(kind) {
  if (kind.startsWith('heading')) return (state, dispatch) => {
    const level = Number(kind.slice(7));
    const same = blockKind(state) === kind;
    return setBlockType(same ? nodes.paragraph : nodes.heading, same ? null : { level, align: alignOf(state) })(state, dispatch);
  };
  return kind === 'code_block' ? setBlockType(nodes.codeBlock)
    : (state, dispatch) => setBlockType(nodes.paragraph, { align: alignOf(state) })(state, dispatch);
}

// A block after the one where the cursor is, in place of it when it is empty; then a paragraph to go on in.
export const insertBlock = (node, into = 'after') => (state, dispatch) => {
  const { $from } = state.selection;
  const tr = state.tr;
  const empty = $from.parent.isTextblock && $from.parent.content.size === 0 && $from.parent.type === nodes.paragraph;
  const firstOfItem = empty && $from.depth > 1 && $from.node(-1).type === nodes.listItem && $from.index(-1) === 0;
  let at = $from.depth ? $from.after() : state.selection.to;
  if (empty && !firstOfItem) {
    at = $from.before();
    tr.delete(at, $from.after());
  }
  tr.insert(at, node);
  const end = at + node.nodeSize;
  const $end = tr.doc.resolve(end);
  if (!$end.nodeAfter) tr.insert(end, nodes.paragraph.create());
  const inner = into === 'inside' ? TextSelection.near(tr.doc.resolve(at + 1)) : TextSelection.near(tr.doc.resolve(end + 1));
  if (dispatch) dispatch(tr.setSelection(inner).scrollIntoView());
  return true;
};

export function newTable(rows = 3, cols = 3) {
  const cells = (type) => Array.from({ length: cols }, () => type.createAndFill());
  const row = (_, i) => nodes.tableRow.create(null, cells(i === 0 ? nodes.tableHeader : nodes.tableCell));
  return nodes.table.create(null, Array.from({ length: rows }, row));
}

// ---- keys ----
const leaveCaption = (state, dispatch) => {
  const at = holder(state, nodes.picture) || (state.selection instanceof NodeSelection && state.selection.node.type === nodes.picture
    ? { node: state.selection.node, pos: state.selection.from } : null);
  if (!at) return false;
  const after = at.pos + at.node.nodeSize;
  const tr = state.tr.insert(after, nodes.paragraph.create());
  if (dispatch) dispatch(tr.setSelection(TextSelection.create(tr.doc, after + 1)).scrollIntoView());
  return true;
};
const lineBreak = chainCommands(exitCode, (state, dispatch) => {
  if (dispatch) dispatch(state.tr.replaceSelectionWith(nodes.hardBreak.create()).scrollIntoView());
  return true;
});
const sink = (state, dispatch) => state.selection.$from.depth < DEEP && sinkListItem(nodes.listItem)(state, dispatch);
const codeTab = (state, dispatch) => {
  if (state.selection.$from.parent.type !== nodes.codeBlock) return false;
  if (dispatch) dispatch(state.tr.insertText('\t'));
  return true;
};

export function keys(more) {
  return [keymap(more), keymap({
    'Mod-z': chainCommands(undoInputRule, undo), 'Mod-y': redo, 'Shift-Mod-z': redo,
    'Mod-b': toggleMark(marks.bold), 'Mod-i': toggleMark(marks.italic), 'Mod-u': toggleMark(marks.underline),
    'Mod-e': toggleMark(marks.code), 'Mod-Shift-x': toggleMark(marks.strike), 'Mod-\\': plainText,
    'Mod-Alt-0': setKind('paragraph'), 'Mod-Alt-2': setKind('heading2'), 'Mod-Alt-3': setKind('heading3'), 'Mod-Alt-4': setKind('heading4'),
    'Mod-Shift-7': list(nodes.orderedList), 'Mod-Shift-8': list(nodes.bulletList), 'Mod-Shift-9': quote,
    Backspace: undoInputRule, Enter: chainCommands(leaveCaption, splitListItem(nodes.listItem)),
    'Shift-Enter': lineBreak, 'Mod-Enter': exitCode,
    Tab: chainCommands(goToNextCell(1), sink, codeTab), 'Shift-Tab': chainCommands(goToNextCell(-1), liftListItem(nodes.listItem)),
  }), keymap(baseKeymap)];
}

// ---- Markdown as one types ----
const marked = (pattern, mark) => new InputRule(pattern, (state, match, start, end) => {
  const tr = state.tr.insertText(match[1], start, end);
  return tr.addMark(start, start + match[1].length, mark.create()).removeStoredMark(mark);
});

export const rules = inputRules({ rules: [
  textblockTypeInputRule(/^(#{1,4})\s$/, nodes.heading, (m) => ({ level: Math.max(2, m[1].length), align: null })),
  textblockTypeInputRule(/^```([\w+#.-]*)\s$/, nodes.codeBlock, (m) => ({ language: m[1] || null })),
  wrappingInputRule(/^\s*[>》]\s$/, nodes.blockquote),
  wrappingInputRule(/^\s*[-*]\s$/, nodes.bulletList),
  wrappingInputRule(/^(\d{1,3})[.、]\s$/, nodes.orderedList, (m) => ({ start: Number(m[1]) }), (m, node) => node.childCount + node.attrs.start === Number(m[1])),
  new InputRule(/^---$/, (state, match, start) => {
    const $start = state.doc.resolve(start);
    if ($start.parent.type !== nodes.paragraph || $start.depth !== 1) return null;
    const tr = state.tr.replaceWith($start.before(), $start.after(), [nodes.divider.create(), nodes.paragraph.create()]);
    return tr.setSelection(TextSelection.create(tr.doc, $start.before() + 2));
  }),
  marked(/\*\*([^*\s](?:[^*]*[^*\s])?)\*\*$/, marks.bold),
  marked(/~~([^~\s](?:[^~]*[^~\s])?)~~$/, marks.strike),
  marked(/`([^`]+)`$/, marks.code),
] });
