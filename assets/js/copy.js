// Buttons that copy what stands in a field: its text, or, for editors that take formatted text, the
// HTML that the field shows.
async function copyHtml(html) {
  const text = new DOMParser().parseFromString(html, 'text/html').body.textContent;
  const blob = (type, value) => new Blob([value], { type });
  await navigator.clipboard.write([new ClipboardItem({ 'text/html': blob('text/html', html), 'text/plain': blob('text/plain', text) })]);
}

async function copyText(field) {
  field.select();
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else document.execCommand('copy');
}

export function copies() {
  document.querySelectorAll('[data-copy], [data-copy-html]').forEach((button) => button.addEventListener('click', async () => {
    const formatted = button.dataset.copyHtml;
    const field = document.getElementById(formatted || button.dataset.copy);
    try {
      if (formatted && navigator.clipboard && window.ClipboardItem) await copyHtml(field.value);
      else await copyText(field);
      button.textContent = button.dataset.done;
    } catch {
      field.focus();
      field.select();
    }
  }));
}
