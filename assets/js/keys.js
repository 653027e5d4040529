// Keyboard: "/" search, "g" and a letter to go, "?" help, "j" "k" in lists, Enter opens. A page's
// own acts carry their key in data-press; data-wants names the field that must be filled first.
const typing = (el) => el.closest('input, textarea, select, [contenteditable="true"], dialog');
let going = 0;

function move(step) {
  const all = [...document.querySelectorAll('tr[data-href], .feed-item')];
  if (!all.length) return;
  const now = all.findIndex((row) => row.classList.contains('on'));
  const next = all[Math.min(all.length - 1, Math.max(0, now < 0 ? 0 : now + step))];
  all.forEach((row) => row.classList.toggle('on', row === next));
  const link = next.querySelector('a.row-link, .feed-title a');
  if (link) link.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

function act(key) {
  const all = [...document.querySelectorAll('[data-press]')];
  const el = all.find((e) => e.dataset.press === key);
  if (!el) return false;
  const wants = el.dataset.wants && document.getElementById(el.dataset.wants);
  if (wants && !wants.value.trim()) wants.focus();
  else el.click();
  return true;
}

function asking() {
  return [...document.querySelectorAll('dialog')].some((d) => d.open || d.offsetParent || d.getClientRects().length);
}

function line(list, key, text) {
  const dt = document.createElement('dt');
  const kbd = document.createElement('kbd');
  const dd = document.createElement('dd');
  const row = document.createElement('div');
  kbd.textContent = key;
  dt.append(kbd);
  dd.textContent = text;
  row.append(dt, dd);
  list.append(row);
}

function help() {
  const zh = document.documentElement.lang.startsWith('zh');
  const dialog = document.createElement('dialog');
  const title = document.createElement('h2');
  const list = document.createElement('dl');
  dialog.className = 'confirm';
  list.className = 'facts';
  title.textContent = zh ? '键盘快捷键' : 'Keyboard';
  line(list, '/', zh ? '搜索' : 'Search');
  line(list, 'j k', zh ? '下一行、上一行' : 'Next row, previous row');
  document.querySelectorAll('a[data-key]').forEach((a) => {
    if (a.dataset.key) line(list, `g ${a.dataset.key}`, a.textContent.trim());
  });
  document.querySelectorAll('[data-press]').forEach((el) => {
    line(list, el.dataset.press, el.textContent.trim());
  });
  line(list, 'Esc', zh ? '关闭' : 'Close');
  dialog.append(title, list);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  if (dialog.showModal) dialog.showModal();
}

function press(event) {
  const { key } = event;
  if (Date.now() - going < 1500) {
    going = 0;
    const link = [...document.querySelectorAll('a[data-key]')].find((a) => a.dataset.key === key);
    if (link) link.click();
    return Boolean(link);
  }
  if (key === 'g') going = Date.now();
  else if (key === '/') {
    const search = document.querySelector('[data-search]');
    if (!search) return false;
    search.focus();
  } else if (key === '?') help();
  else if (key === 'j') move(1);
  else if (key === 'k') move(-1);
  else return act(key);
  return true;
}

export function keys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || asking()) return;
    if (press(event)) event.preventDefault();
  });
}
