// Pasted HTML (web, Word, WeChat) made into HTML that the schema reads: styles become the classes
// and tags that we have, what we do not keep is counted. Inert: nothing of it is ever in the page.
import { COLORS, hashOf, hrefOk } from './schema.js';

const GONE = 'script,style,iframe,object,embed,form,input,button,select,textarea,svg,math,canvas,template,link,meta,title,noscript';
const PALETTE = {
  gray: [69, 78, 78], red: [190, 40, 30], orange: [200, 100, 10], yellow: [180, 140, 0],
  green: [30, 130, 70], teal: [11, 110, 105], blue: [40, 90, 190], purple: [120, 60, 170],
};

// The inline style would break the content security policy and is data for us anyway.
const inert = (html) => html.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, ' data-style='));

function styleOf(el) {
  const style = {};
  for (const part of (el.dataset.style || '').split(';')) {
    const at = part.indexOf(':');
    if (at > 0) style[part.slice(0, at).trim().toLowerCase()] = part.slice(at + 1).trim().toLowerCase();
  }
  return style;
}

function rgb(text) {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/.exec(text);
  if (hex) return (hex[1].length === 3 ? [...hex[1]].map((c) => c + c) : hex[1].match(/../g)).map((c) => parseInt(c, 16));
  const numbers = /^rgba?\(([^)]*)\)$/.exec(text);
  if (numbers) return numbers[1].split(/[\s,/]+/).slice(0, 3).map(Number);
  const names = { red: [255, 0, 0], green: [0, 128, 0], blue: [0, 0, 255], purple: [128, 0, 128], orange: [255, 165, 0], gray: [128, 128, 128], grey: [128, 128, 128], teal: [0, 128, 128] };
  return names[text] || null;
}

// The nearest colour of ours; none for what is (nearly) black or white text.
function nearest(text) {
  const c = rgb(text);
  if (!c || c.some(Number.isNaN)) return null;
  const [high, low] = [Math.max(...c), Math.min(...c)];
  if (high - low < 24) return high > 90 && high < 190 ? 'gray' : null;
  const hue = (v) => { const max = Math.max(...v); const min = Math.min(...v); return v.map((x) => (x - min) / (max - min || 1)); };
  const far = (name) => hue(PALETTE[name]).reduce((sum, x, i) => sum + (x - hue(c)[i]) ** 2, 0);
  return COLORS.filter((name) => name !== 'gray').reduce((best, name) => (far(name) < far(best) ? name : best), 'red');
}

function sizeOf(text, base) {
  const number = parseFloat(text);
  const px = /pt$/.test(text) ? number * 4 / 3 : /r?em$/.test(text) ? number * 16 : /px$/.test(text) ? number : NaN;
  if (Number.isNaN(px)) return null;
  const ratio = px / base;
  return ratio > 1.45 ? 'xlarge' : ratio > 1.15 ? 'large' : ratio < 0.82 ? 'small' : null;
}

// The font size of most of the text is the normal one.
function baseSize(root) {
  const sums = new Map();
  for (const el of root.querySelectorAll('[data-style]')) {
    const text = styleOf(el)['font-size'];
    const number = parseFloat(text);
    const px = /pt$/.test(text) ? number * 4 / 3 : /px$/.test(text) ? number : 0;
    if (px) sums.set(px, (sums.get(px) || 0) + el.textContent.length);
  }
  return [...sums].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 16;
}

function wrap(el, tag, className) {
  const inner = document.implementation.createHTMLDocument('').createElement(tag);
  if (className) inner.className = className;
  inner.append(...el.childNodes);
  el.append(inner);
}

const BLOCK = 'p,div,section,article,h1,h2,h3,h4,h5,h6,li,td,th,blockquote';
const bold = (s) => /^(bold|bolder|[6-9]00)$/.test(s['font-weight'] || '');

function styles(root, dropped) {
  const base = baseSize(root);
  for (const el of root.querySelectorAll('[data-style], font[color]')) {
    const s = styleOf(el);
    const block = el.matches(BLOCK);
    const align = s['text-align'];
    if (block && ['center', 'right', 'justify'].includes(align)) el.classList.add(`al-${align}`);
    if (['background', 'background-color', 'background-image'].some((k) => s[k] && !/^(none|transparent|white|#fff(fff)?|rgb\(255, ?255, ?255\))/.test(s[k]))) dropped.styles += 1;
    if (el.matches('pre, pre *, ul, ol, table, tr, tbody, img')) continue;
    const color = nearest(s.color || el.getAttribute('color') || '');
    const size = el.matches('h1,h2,h3,h4,h5,h6') ? null : sizeOf(s['font-size'] || '', base);
    if (el.querySelector(BLOCK) && !el.matches('span')) { dropped.styles += color || size ? 1 : 0; continue; }
    if (bold(s) && !el.matches('b,strong,h1,h2,h3,h4,h5,h6,th')) wrap(el, 'strong');
    if (/italic|oblique/.test(s['font-style'] || '') && !el.matches('i,em')) wrap(el, 'em');
    const line = `${s['text-decoration'] || ''} ${s['text-decoration-line'] || ''}`;
    if (/underline/.test(line) && !el.matches('u,a')) wrap(el, 'u');
    if (/line-through/.test(line) && !el.matches('s,del')) wrap(el, 's');
    if (color) wrap(el, 'span', `c-${color}`);
    if (size) wrap(el, 'span', `fs-${size}`);
  }
}

// Word writes lists as paragraphs that say "mso-list".
function wordLists(root) {
  let list = null;
  for (const p of [...root.querySelectorAll('p')]) {
    const s = styleOf(p);
    if (!s['mso-list'] && !/MsoListParagraph/.test(p.className)) { list = null; continue; }
    const mark = [...p.querySelectorAll('span')].find((span) => styleOf(span)['mso-list'] === 'ignore');
    const text = (mark ? mark.textContent : p.textContent).trim();
    const numbered = /^[(（]?[\da-z一二三四五六七八九十]{1,3}[.)）、]/i.test(text);
    if (mark) mark.remove();
    if (!list || list.nextElementSibling !== p || list.matches('ol') !== numbered) {
      list = root.ownerDocument.createElement(numbered ? 'ol' : 'ul');
      p.before(list);
    }
    const item = root.ownerDocument.createElement('li');
    item.append(p);
    list.append(item);
  }
}

// Blocks that only hold text (WeChat's section) are paragraphs.
function sections(root) {
  for (const el of [...root.querySelectorAll('section,div,article,center')].reverse()) {
    if (el.matches('.scroll') || el.querySelector('p,section,div,h1,h2,h3,h4,h5,h6,ul,ol,table,blockquote,pre,figure,img,hr')) continue;
    if (!el.textContent.trim()) { el.remove(); continue; }
    const p = root.ownerDocument.createElement('p');
    p.className = el.className;
    p.append(...el.childNodes);
    el.replaceWith(p);
  }
}

function pictures(root, dropped) {
  for (const img of root.querySelectorAll('img')) {
    if (hashOf(img.getAttribute('src'))) continue;
    const address = img.dataset.src || img.getAttribute('src') || '';
    dropped.pictures += 1;
    if (!hrefOk(address) || img.closest('a')) { img.remove(); continue; }
    const a = root.ownerDocument.createElement('a');
    a.setAttribute('href', address);
    a.textContent = img.alt || address.slice(0, 60);
    img.replaceWith(a);
  }
}

export function clean(html) {
  const dropped = { pictures: 0, links: 0, styles: 0, scripts: 0 };
  if (/data-pm-slice/.test(html)) return { html, dropped };
  const root = new DOMParser().parseFromString(inert(html.replace(/<!--[^]*?-->|<style\b[^]*?<\/style>/gi, '')), 'text/html').body;
  const gone = [...root.querySelectorAll(GONE)];
  dropped.scripts = gone.filter((x) => !x.matches('style,meta,link,title')).length;
  gone.forEach((x) => x.remove());
  for (const el of [...root.querySelectorAll('*')]) {
    const s = styleOf(el);
    if (s.display === 'none' || s['mso-hide'] === 'all') el.remove();
    else if (el.localName.includes(':')) el.replaceWith(...el.childNodes);
  }
  // Google Docs wraps everything in a <b> that says it is not bold.
  for (const b of root.querySelectorAll('b[data-style*="normal"]')) b.replaceWith(...b.childNodes);
  wordLists(root);
  pictures(root, dropped);
  for (const a of root.querySelectorAll('a[href]')) dropped.links += hrefOk(a.getAttribute('href').trim()) || a.getAttribute('href').startsWith('#') ? 0 : 1;
  styles(root, dropped);
  sections(root);
  root.querySelectorAll('[data-style]').forEach((el) => el.removeAttribute('data-style'));
  return { html: root.innerHTML, dropped };
}
