// The Markdown side of the editor: the form's own text field, converted by the server.
import { el, field, post, say, setting, tell } from './kit.js';
import { schema } from './schema.js';

// What Markdown cannot say, so that changing it there would lose it.
function fancy(doc) {
  let found = false;
  doc.descendants((node) => {
    found = found || Boolean(node.attrs.align) || node.attrs.colspan > 1 || node.attrs.rowspan > 1
      || node.marks.some((m) => [schema.marks.color, schema.marks.size, schema.marks.underline].includes(m.type));
  });
  return found;
}

// on(text) is called with each new document; doc() gives the one that stands.
export function markdown({ doc, onDoc, onSwitch }) {
  const area = field('body');
  const pane = area.closest('.field');
  const tabs = ['rich', 'markdown'].map((name) => el('button', {
    type: 'button', role: 'tab', id: `ed-tab-${name}`, 'aria-selected': String(name === 'rich'), 'aria-controls': name === 'rich' ? 'ed-rich' : 'f-body', onclick: () => go(name),
  }, say(`tab_${name}`)));
  let at = 'rich';
  let was = '';
  let timer = 0;

  async function take() {
    clearTimeout(timer);
    if (area.value === was) return true;
    const { status, data } = await post(`${setting.base}/convert`, { markdown: area.value }).catch(() => ({ status: 0, data: {} }));
    if (status !== 200) {
      tell(status ? data.error?.message || String(status) : say('state_offline'), 'bad');
      return false;
    }
    was = area.value;
    onDoc(data.doc);
    const lost = data.dropped.pictures + data.dropped.links + data.dropped.html;
    if (lost) tell(say('markdown_dropped', String(lost)), 'warn');
    return true;
  }

  async function go(name) {
    if (name === at) return;
    if (name === 'markdown') {
      const { status, data } = await post(`${setting.base}/convert`, { doc: doc.json() }).catch(() => ({ status: 0, data: {} }));
      if (status !== 200) { tell(status ? data.error?.message || String(status) : say('state_offline'), 'bad'); return; }
      area.value = was = data.markdown;
      if (fancy(doc.node())) tell(say('markdown_loses'), 'warn');
    } else if (!(await take())) return;
    show(name);
    (name === 'markdown' ? area : null)?.focus();
  }

  function show(name) {
    at = name;
    tabs.forEach((tab) => tab.setAttribute('aria-selected', String(tab.id === `ed-tab-${name}`)));
    pane.hidden = name === 'rich';
    onSwitch(name);
  }
  area.addEventListener('input', (event) => { event.stopPropagation(); clearTimeout(timer); timer = setTimeout(take, 1000); });
  return { tabs: el('div', { class: 'ed-tabs', role: 'tablist', 'aria-label': say('tabs') }, ...tabs), pane, show, take, rich: () => at === 'rich' };
}
