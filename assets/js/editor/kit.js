// Small things that every part of the editor uses: texts, elements, icons, requests.
export const host = document.getElementById('editor');
const words = host ? JSON.parse(host.dataset.words) : {};

export const setting = host ? host.dataset : {};
export const form = host ? host.closest('form') : null;

// A text of the page's language; "#" stands for the number or name.
export const say = (key, value = '') => (words[key] || key).replace('#', value);

export function el(tag, attrs = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';
// What the icon set lacks, as paths.
const OWN = {
  'align-left': 'M4 6h16M4 10h10M4 14h16M4 18h10', 'align-center': 'M4 6h16M7 10h10M4 14h16M7 18h10',
  'align-right': 'M4 6h16M10 10h10M4 14h16M10 18h10', 'align-justify': 'M4 6h16M4 10h16M4 14h16M4 18h16',
  quote: 'M5 6v12M9 8h11M9 12h11M9 16h7', size: 'M4 19 9 6l5 13M5.8 15h6.4M15 19l3-8 3 8M16 16.5h4',
  color: 'M7 16 12 4l5 12M8.7 12h6.6M5 20h14', code: 'M8 7l-5 5 5 5M16 7l5 5-5 5',
};

export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  const part = document.createElementNS(SVG, OWN[name] ? 'path' : 'use');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  if (OWN[name]) part.setAttribute('d', OWN[name]);
  else part.setAttribute('href', `${setting.icons}#${name}`);
  svg.append(part);
  return svg;
}

export const field = (name) => form.elements.namedItem(name);

// POST of JSON; { status, data }. Throws when the network does.
export async function post(path, body) {
  const res = await fetch(path, {
    method: 'POST', credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': field('_csrf').value },
    body: JSON.stringify(body),
  });
  return { status: res.status, data: await res.json().catch(() => ({})) };
}

// A line that says what happened, for eyes and screen readers; gone after a while.
let timer;
export function tell(text, tone = 'info') {
  const line = document.getElementById('ed-told');
  line.className = `flash st-${tone} ed-told`;
  line.textContent = text;
  line.hidden = !text;
  clearTimeout(timer);
  timer = setTimeout(() => { line.hidden = true; }, 12000);
}

// A modal question. fields: [{ name, label, value, type, help, choices }]; resolves with the values, or null.
export function ask(title, fields, { ok = say('apply'), extra } = {}) {
  return new Promise((resolve) => {
    const inputs = {};
    const rows = fields.map((f) => {
      const id = `ed-ask-${f.name}`;
      inputs[f.name] = f.type === 'textarea' ? el('textarea', { id, class: 'form-control', rows: 3 })
        : el('input', { id, class: 'form-control', type: f.type || 'text', min: f.min, max: f.max, inputmode: f.inputmode });
      inputs[f.name].value = f.value ?? '';
      return el('div', { class: 'field' }, el('label', { class: 'form-label', for: id }, f.label), inputs[f.name],
        f.help ? el('p', { class: 'field-help' }, f.help) : null);
    });
    const error = el('p', { class: 'field-error', role: 'alert', hidden: true });
    let answer = null;
    const dialog = el('dialog', { class: 'confirm', 'aria-labelledby': 'ed-ask' });
    const values = () => Object.fromEntries(Object.entries(inputs).map(([k, input]) => [k, input.value.trim()]));
    const check = () => fields.map((f) => f.check && f.check(inputs[f.name].value.trim())).find(Boolean);
    const done = (value) => { answer = value; dialog.close(); };
    const body = el('form', { method: 'dialog', onsubmit: (event) => {
      event.preventDefault();
      const wrong = check();
      error.textContent = wrong || '';
      error.hidden = !wrong;
      if (!wrong) done(values());
    } }, el('h2', { id: 'ed-ask' }, title), ...rows, error, el('div', { class: 'acts' },
      el('button', { class: 'btn btn-primary', type: 'submit' }, ok),
      extra ? el('button', { class: 'btn', type: 'button', onclick: () => done({ extra: true }) }, extra) : null,
      el('button', { class: 'btn', type: 'button', onclick: () => done(null) }, say('cancel'))));
    dialog.append(body);
    dialog.addEventListener('close', () => { dialog.remove(); resolve(answer); });
    document.body.append(dialog);
    dialog.showModal();
  });
}
