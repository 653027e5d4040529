// Keyboard: "/" search, "g" and a letter to go, "?" help, "j" "k" in lists, Enter opens.
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
  else return false;
  return true;
}

export function keys() {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (press(event)) event.preventDefault();
  });
}
