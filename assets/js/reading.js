// Reading an article: print it, hear it, and go on where one stopped.
function listening(button, body) {
  const speech = window.speechSynthesis;
  const label = button.querySelector('span');
  const idle = label.textContent;
  if (!speech || !window.SpeechSynthesisUtterance) {
    button.remove();
    return;
  }
  const quiet = () => { label.textContent = idle; };
  button.addEventListener('click', () => {
    if (label.textContent !== idle) {
      speech.cancel();
      quiet();
      return;
    }
    // One utterance a block: engines cut long ones off.
    const blocks = [...body.children].map((el) => el.innerText.trim()).filter(Boolean);
    blocks.forEach((text, i) => {
      const say = new SpeechSynthesisUtterance(text);
      say.lang = 'zh-CN';
      if (i === blocks.length - 1) say.onend = quiet;
      say.onerror = quiet;
      speech.speak(say);
    });
    label.textContent = button.dataset.stop;
  });
  window.addEventListener('pagehide', () => speech.cancel());
}

// How far the reader is, per mille of the text.
function place(body) {
  const box = body.getBoundingClientRect();
  const seen = (window.innerHeight - box.top) / Math.max(1, box.height);
  return Math.round(1000 * Math.min(1, Math.max(0, seen)));
}

function remembering(tools, body) {
  const { read, csrf, keep } = tools.dataset;
  if (keep !== 'true') return;
  const at = Number(tools.dataset.place);
  let furthest = 0;
  const send = () => fetch(read, {
    method: 'POST', keepalive: true, body: new URLSearchParams({ place: furthest, _csrf: csrf }),
  }).catch(() => {});
  const look = () => { furthest = Math.max(furthest, place(body)); };
  if (at > 150 && at < 950 && place(body) < at) {
    const go = document.createElement('button');
    go.className = 'btn continue';
    go.textContent = tools.dataset.continue;
    go.addEventListener('click', () => {
      const box = body.getBoundingClientRect();
      window.scrollTo({ top: window.scrollY + box.top + (box.height * at) / 1000 - window.innerHeight });
      go.remove();
    });
    body.parentElement.insertBefore(go, body);
    furthest = at;
  }
  look();
  send();
  window.addEventListener('scroll', look, { passive: true });
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') send();
  });
}

// Who came to the end is counted without cookies and only once; without scripts it is not known.
function ending(body) {
  const foot = document.querySelector('.article-foot');
  if (!foot || !window.IntersectionObserver || /\/v\/\d+$/.test(location.pathname)) return;
  const start = Date.now();
  const needed = Math.min(20000, 4 * body.textContent.length); // nobody reads faster
  const watch = new IntersectionObserver((seen) => {
    if (!seen.some((s) => s.isIntersecting)) return;
    watch.disconnect();
    setTimeout(() => fetch(`${location.pathname}/end`, { credentials: 'omit', keepalive: true, cache: 'no-store' }).catch(() => {}), Math.max(0, needed - (Date.now() - start)));
  });
  watch.observe(foot);
}

export function reading() {
  const tools = document.querySelector('.tools[data-read]');
  const body = document.querySelector('.read .body');
  if (!tools || !body) return;
  tools.querySelectorAll('[data-print]').forEach((b) => b.addEventListener('click', () => window.print()));
  tools.querySelectorAll('[data-listen]').forEach((b) => listening(b, body));
  remembering(tools, body);
  ending(body);
}
