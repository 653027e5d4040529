// Forms: unsaved changes are guarded, a second click does not post twice, typed confirmations.
function guard(form) {
  let dirty = false;
  let sent = false;
  form.addEventListener('input', () => { dirty = true; });
  form.addEventListener('submit', () => { sent = true; });
  window.addEventListener('beforeunload', (event) => {
    if (dirty && !sent) event.preventDefault();
  });
}

function once(form) {
  form.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = '1';
    setTimeout(() => delete form.dataset.sent, 8000);
  });
}

function must(input) {
  const button = input.form.querySelector('button[type="submit"]');
  const check = () => { button.disabled = input.value.trim() !== input.dataset.must; };
  input.addEventListener('input', check);
  check();
}

// A password can be looked at while it is typed.
function look(button) {
  const input = document.getElementById(button.dataset.show);
  const texts = [button.textContent, button.dataset.hide];
  button.hidden = false;
  button.addEventListener('click', () => {
    const shown = input.type === 'password';
    input.type = shown ? 'text' : 'password';
    button.textContent = texts[shown ? 1 : 0];
  });
  input.form.addEventListener('submit', () => { input.type = 'password'; });
}

// A changed filter is sent at once; without scripts the button sends it.
function send(select) {
  select.addEventListener('change', () => select.form.requestSubmit?.());
}

export function forms() {
  document.querySelectorAll('select[data-send]').forEach(send);
  document.querySelectorAll('form[data-guard]').forEach(guard);
  document.querySelectorAll('form[method="post"]:not(.theme)').forEach(once);
  document.querySelectorAll('input[data-must]').forEach(must);
  document.querySelectorAll('button[data-show]').forEach(look);
  const errors = document.querySelector('[data-focus]');
  if (errors) errors.focus();
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach((form) => delete form.dataset.sent);
  });
}
