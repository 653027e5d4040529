// The desk's page of a case: the claim is kept while somebody works on it, and a chosen reason
// offers its words.
function renew(el) {
  const csrf = document.querySelector('input[name="_csrf"]');
  const total = Number(el.dataset.leaseMs);
  let until = Date.now() + Number(el.dataset.leaseLeft);
  let touched = Date.now();
  let asking = false;
  const lost = () => {
    el.textContent = el.dataset.lost;
    el.classList.add('lost');
    clearInterval(timer);
  };
  const ask = () => {
    asking = true;
    const body = new URLSearchParams({ _csrf: csrf ? csrf.value : '' });
    fetch(el.dataset.renew, { method: 'POST', body, redirect: 'manual' }).then((answer) => {
      asking = false;
      if (answer.type !== 'opaqueredirect') return lost();
      until = Date.now() + total;
      const time = el.querySelector('time');
      if (time) time.dateTime = new Date(until).toISOString();
      return undefined;
    }).catch(() => { asking = false; });
  };
  const tick = () => {
    const left = until - Date.now();
    if (left <= 0) lost();
    else if (!asking && !document.hidden && left < total / 2 && Date.now() - touched < total) ask();
  };
  const timer = setInterval(tick, Math.max(1000, Math.min(30000, total / 20)));
  ['keydown', 'pointerdown', 'scroll'].forEach((name) => {
    document.addEventListener(name, () => { touched = Date.now(); }, { passive: true });
  });
}

// Words that nobody changed give way to those of the next reason.
function reasons(select) {
  const text = document.getElementById(select.dataset.fills);
  const offered = [...select.options].map((option) => option.dataset.text || '');
  select.addEventListener('change', () => {
    const words = select.selectedOptions[0].dataset.text || '';
    if (text.value.trim() === '' || offered.includes(text.value)) text.value = words;
    if (!words) text.focus();
  });
}

export function desk() {
  const lease = document.querySelector('[data-lease-left]');
  if (lease && window.fetch) renew(lease);
  document.querySelectorAll('select[data-fills]').forEach(reasons);
}
