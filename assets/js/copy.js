// Buttons that copy what stands in a field: its text, or, for editors that take formatted text, the
// HTML that the field shows.
// The words of our own writer's HTML. It is not parsed: the policy of this page forbids its styles.
const words = (html) => html.replace(/<br>|<\/(p|h\d|li|td|th|pre|figcaption)>/g, '\n').replace(/<[^>]*>/g, '')
  .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&#39;/g, "'").replace(/&amp;/g, '&');

// By the event of copying where that works: it takes the HTML as it is, and needs no permission.
async function copyHtml(html) {
  const put = (event) => {
    event.clipboardData.setData('text/html', html);
    event.clipboardData.setData('text/plain', words(html));
    event.preventDefault();
  };
  document.addEventListener('copy', put, { once: true });
  const done = document.execCommand('copy');
  document.removeEventListener('copy', put);
  if (done) return;
  const blob = (type, value) => new Blob([value], { type });
  await navigator.clipboard.write([new ClipboardItem({ 'text/html': blob('text/html', html), 'text/plain': blob('text/plain', words(html)) })]);
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
      if (formatted) await copyHtml(field.value);
      else await copyText(field);
      button.textContent = button.dataset.done;
    } catch {
      field.focus();
      field.select();
    }
  }));
}
