// The block document of src/text/doc.h as a ProseMirror schema: the same nodes, attributes, marks.
// A document that this schema lets through is one that doc_from_json takes (but for its limits).
import { Schema } from 'prosemirror-model';

export const ALIGNS = ['center', 'right', 'justify'];
export const CALLOUTS = ['info', 'tip', 'warning'];
export const COLORS = ['gray', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple'];
export const SIZES = ['small', 'large', 'xlarge'];
const HASH = /\/media\/([0-9a-f]{64})(?:\.w\d+\.webp)?$/;

export const hashOf = (src) => (HASH.exec(src || '') || [])[1];

// As doc_href_ok: http and https with a host, mailto.
export function hrefOk(href) {
  return href.length <= 2000 && /^(https?:\/\/[^\s/?#]+\S*|mailto:[^\s@]+@\S+)$/i.test(href);
}

const oneOf = (el, prefix, names) => names.find((name) => el.classList.contains(prefix + name)) || null;
const alignOf = (el) => oneOf(el, 'al-', ALIGNS);
const alignDom = (align, more = {}) => (align ? { ...more, class: `al-${align}` } : more);
const ALIGN = { align: { default: null } };

const heading = (tag, level) => ({ tag, getAttrs: (el) => ({ level, align: alignOf(el) }) });
const cell = (tag, role) => ({
  content: 'block+', isolating: true, tableRole: role,
  attrs: { ...ALIGN, colspan: { default: 1 }, rowspan: { default: 1 } },
  parseDOM: [{
    tag,
    getAttrs: (el) => ({
      align: alignOf(el),
      colspan: Math.min(100, Math.max(1, el.colSpan || 1)),
      rowspan: Math.min(100, Math.max(1, el.rowSpan || 1)),
    }),
  }],
  toDOM: ({ attrs }) => [tag, alignDom(attrs.align, {
    ...(attrs.colspan > 1 && { colspan: attrs.colspan }), ...(attrs.rowspan > 1 && { rowspan: attrs.rowspan }),
  }), 0],
});
function playerAttrs(el) {
  const captions = hashOf(el.querySelector('track')?.getAttribute('src')) || null;
  const poster = el.localName === 'video' ? { poster: hashOf(el.getAttribute('poster')) || null } : {};
  return { blob: hashOf(el.getAttribute('src')), title: el.getAttribute('aria-label')?.slice(0, 500) || null, captions, ...poster };
}
const player = (tag, attrs) => ({
  group: 'block', atom: true, draggable: true,
  attrs: { blob: {}, title: { default: null }, captions: { default: null }, ...attrs },
  parseDOM: [{ tag: `${tag}[src]`, getAttrs: (el) => (hashOf(el.getAttribute('src')) ? playerAttrs(el) : false) }],
  toDOM: (node) => ['figure', { class: 'media' }, [tag, {
    controls: '', preload: 'none', src: `/media/${node.attrs.blob}`, 'aria-label': node.attrs.title, poster: node.attrs.poster ? `/media/${node.attrs.poster}` : null,
  }, ...(node.attrs.captions ? [['track', { kind: 'captions', src: `/media/${node.attrs.captions}` }]] : [])],
  ['figcaption', node.attrs.title || '']],
});

function pictureAttrs(el) {
  const img = el.matches('img') ? el : el.querySelector('img');
  const blob = hashOf(img && img.getAttribute('src'));
  return blob ? { blob, alt: (img.getAttribute('alt') || '').slice(0, 500) || null } : false;
}

const nodes = {
  doc: { content: 'block+' },
  paragraph: {
    content: 'inline*', group: 'block', attrs: ALIGN,
    parseDOM: [{ tag: 'p', getAttrs: (el) => ({ align: alignOf(el) }) }],
    toDOM: (node) => ['p', alignDom(node.attrs.align), 0],
  },
  heading: {
    content: 'inline*', group: 'block', defining: true, attrs: { level: { default: 2 }, ...ALIGN },
    parseDOM: [heading('h1', 2), heading('h2', 2), heading('h3', 3), heading('h4', 4), heading('h5', 4), heading('h6', 4)],
    toDOM: ({ attrs }) => [`h${attrs.level}`, alignDom(attrs.align), 0],
  },
  blockquote: { content: 'block+', group: 'block', defining: true, parseDOM: [{ tag: 'blockquote' }], toDOM: () => ['blockquote', 0] },
  bulletList: { content: 'listItem+', group: 'block', parseDOM: [{ tag: 'ul' }], toDOM: () => ['ul', 0] },
  orderedList: {
    content: 'listItem+', group: 'block', attrs: { start: { default: 1 } },
    parseDOM: [{ tag: 'ol', getAttrs: (el) => ({ start: el.start >= 0 && el.start < 1e9 ? el.start : 1 }) }],
    toDOM: ({ attrs }) => ['ol', attrs.start === 1 ? {} : { start: attrs.start }, 0],
  },
  listItem: { content: 'paragraph block*', defining: true, parseDOM: [{ tag: 'li' }], toDOM: () => ['li', 0] },
  table: { content: 'tableRow+', group: 'block', isolating: true, tableRole: 'table', parseDOM: [{ tag: 'table' }], toDOM: () => ['div', { class: 'scroll' }, ['table', ['tbody', 0]]] },
  tableRow: { content: '(tableCell | tableHeader)*', tableRole: 'row', parseDOM: [{ tag: 'tr' }], toDOM: () => ['tr', 0] },
  tableCell: cell('td', 'cell'),
  tableHeader: cell('th', 'header_cell'),
  codeBlock: {
    content: 'text*', marks: '', group: 'block', code: true, defining: true, attrs: { language: { default: null } },
    parseDOM: [{
      tag: 'pre', preserveWhitespace: 'full',
      getAttrs: (el) => ({ language: (/(?:^|\s)lang(?:uage)?-([\w+#.-]{1,32})/.exec(`${el.className} ${el.firstElementChild?.className ?? ''}`) || [])[1] ?? null }),
    }],
    toDOM: ({ attrs }) => ['pre', ['code', attrs.language ? { class: `lang-${attrs.language}` } : {}, 0]],
  },
  picture: {
    content: 'inline*', group: 'block', isolating: true, draggable: true,
    attrs: { blob: {}, alt: { default: null }, width: { default: null }, height: { default: null } },
    parseDOM: [
      { tag: 'figure', getAttrs: pictureAttrs, contentElement: (el) => el.querySelector('figcaption') || document.createElement('div') },
      { tag: 'img[src]', getAttrs: pictureAttrs },
    ],
    toDOM: ({ attrs }) => ['figure', { class: 'pic' }, ['img', { src: `/media/${attrs.blob}`, alt: attrs.alt || '' }], ['figcaption', 0]],
  },
  audio: player('audio', {}),
  video: player('video', { poster: { default: null } }),
  callout: {
    content: 'block+', group: 'block', defining: true, attrs: { kind: { default: 'info' } },
    parseDOM: [{ tag: 'aside', getAttrs: (el) => ({ kind: oneOf(el, 'callout-', CALLOUTS) || 'info' }) }],
    toDOM: ({ attrs }) => ['aside', { class: `callout-${attrs.kind}` }, 0],
  },
  divider: { group: 'block', parseDOM: [{ tag: 'hr' }], toDOM: () => ['hr'] },
  text: { group: 'inline' },
  hardBreak: { inline: true, group: 'inline', selectable: false, parseDOM: [{ tag: 'br' }], toDOM: () => ['br'] },
};

const plain = (tag, ...also) => ({ parseDOM: [tag, ...also].map((name) => ({ tag: name })), toDOM: () => [tag, 0] });
const valued = (prefix, names) => ({
  attrs: { value: {} },
  parseDOM: [{
    tag: 'span', consuming: false,
    getAttrs: (el) => { const value = oneOf(el, prefix, names); return value ? { value } : false; },
  }],
  toDOM: (mark) => ['span', { class: prefix + mark.attrs.value }, 0],
});

const marks = {
  link: {
    attrs: { href: {} }, inclusive: false,
    parseDOM: [{ tag: 'a[href]', getAttrs: (el) => { const href = el.getAttribute('href').trim(); return hrefOk(href) ? { href } : false; } }],
    toDOM: (mark) => ['a', { href: mark.attrs.href, rel: 'noopener nofollow ugc' }, 0],
  },
  color: valued('c-', COLORS),
  size: valued('fs-', SIZES),
  bold: plain('strong', 'b'),
  italic: plain('em', 'i'),
  underline: plain('u', 'ins'),
  strike: plain('s', 'del', 'strike'),
  code: plain('code', 'kbd', 'samp'),
};

export const schema = new Schema({ nodes, marks });

// The document as the server wants it: a hard break carries no marks there.
export function docJson(doc) {
  return JSON.parse(JSON.stringify(doc.toJSON(), function keep(key, value) {
    return key === 'marks' && this.type === 'hardBreak' ? undefined : value;
  }));
}

export function docFrom(json) {
  const doc = schema.nodeFromJSON(json);
  doc.check();
  return doc;
}

// "content[3].content[0]", as the server names a node, to its position; -1 when there is none.
export function positionOf(doc, path) {
  let node = doc;
  let pos = 0;
  for (const [, index] of path.matchAll(/content\[(\d+)\]/g)) {
    if (Number(index) >= node.childCount) return -1;
    if (node !== doc) pos += 1;
    for (let i = 0; i < Number(index); i += 1) pos += node.child(i).nodeSize;
    node = node.child(Number(index));
  }
  return node === doc ? -1 : pos;
}
