// Small progressive enhancement. Every page works without it.
import { keys } from './keys.js';
import { forms } from './forms.js';
import { desk } from './desk.js';
import { reading } from './reading.js';
import { copies } from './copy.js';
import { offline } from './offline.js';

const root = document.documentElement;
root.dataset.js = '';

// Theme: the form posts; with scripts the page changes at once and the choice is sent behind it.
function themes() {
  document.querySelectorAll('form.theme').forEach((form) => {
    form.addEventListener('submit', (event) => {
      const button = event.submitter;
      if (!button || !window.fetch) return;
      event.preventDefault();
      root.dataset.theme = button.value === 'auto' ? '' : button.value;
      form.querySelectorAll('button').forEach((b) => b.setAttribute('aria-pressed', b === button));
      const data = new URLSearchParams(new FormData(form));
      data.set('theme', button.value);
      fetch(form.action, { method: 'POST', body: data, redirect: 'manual' }).catch(() => {});
    });
  });
}

// Times written by the server grow old while a page is open.
function times() {
  const format = window.Intl && Intl.RelativeTimeFormat
    ? new Intl.RelativeTimeFormat(root.lang || 'zh-CN', { numeric: 'auto' }) : null;
  if (!format) return;
  const tick = () => document.querySelectorAll('time[datetime][title]').forEach((el) => {
    const seconds = (Date.parse(el.dateTime) - Date.now()) / 1000;
    const size = Math.abs(seconds);
    if (!(size < 7 * 86400)) return;
    const [unit, length] = size < 3600 ? ['minute', 60] : size < 86400 ? ['hour', 3600] : ['day', 86400];
    el.textContent = format.format(Math.trunc(seconds / length), unit);
  });
  setInterval(tick, 60000);
}

// A click anywhere in a row opens it, unless it was meant for something inside.
function rows() {
  document.addEventListener('click', (event) => {
    const row = event.target.closest('tr[data-href]');
    if (!row || !row.dataset.href || event.target.closest('a, button, input, label, select')) return;
    if (window.getSelection && String(getSelection())) return;
    const link = row.querySelector('a.row-link');
    if (link) link.click();
  });
}

function menus() {
  document.addEventListener('click', (event) => {
    document.querySelectorAll('details.menu[open]').forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener('keydown', (event) => {
    const menu = document.querySelector('details.menu[open]');
    if (event.key !== 'Escape' || !menu) return;
    menu.open = false;
    menu.querySelector('summary').focus();
  });
}

// On a phone the places of a console are a row that scrolls: the one we are at must be in sight.
function places() {
  const row = document.querySelector('.side-nav');
  const on = row?.querySelector('.on');
  if (on) row.scrollLeft = on.offsetLeft + on.offsetWidth - row.clientWidth + on.offsetWidth / 2;
}

themes();
places();
times();
rows();
menus();
forms();
desk();
keys();
reading();
copies();
offline();
