// Passkeys (WebAuthn): asks the site what is to be signed, the authenticator to sign it, and sends
// the answer as the form that stands in the page. Bytes travel as base64url.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
  .replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
const keys = (list) => list.map((key) => ({ ...key, id: bytes(key.id) }));

function create(o) {
  const publicKey = { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: keys(o.excludeCredentials) };
  return navigator.credentials.create({ publicKey });
}

function get(o) {
  const publicKey = { ...o, challenge: bytes(o.challenge), allowCredentials: keys(o.allowCredentials) };
  return navigator.credentials.get({ publicKey });
}

function answer(form, key) {
  const r = key.response;
  const all = {
    credential: key.rawId, client_data: r.clientDataJSON, attestation: r.attestationObject,
    auth_data: r.authenticatorData, signature: r.signature, handle: r.userHandle,
  };
  Object.entries(all).forEach(([name, value]) => {
    if (form.elements[name] && value) form.elements[name].value = text(value);
  });
  if (form.elements.password) form.elements.password.value = '';
}

async function options(form) {
  const res = await fetch(form.dataset.options, {
    method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' },
  });
  const json = await res.json();
  if (!res.ok) throw Object.assign(new Error('refused'), { said: json.error.message });
  return json;
}

function passkey(form) {
  const button = form.querySelector('button[type="submit"]');
  const note = form.querySelector('[data-say]');
  // What went wrong now is an error; that this browser or address has no passkeys is not.
  const say = (what, standing = false) => {
    note.className = standing ? 'field-help' : 'field-error';
    note.textContent = what;
    note.hidden = !what;
  };
  const { origin, missing, failed, elsewhere } = note.dataset;
  if (origin !== window.location.origin) {
    say(elsewhere, true);
    return;
  }
  if (!window.PublicKeyCredential || !navigator.credentials || /^[\d.]+$|:/.test(window.location.hostname)) {
    say(missing, true);
    return;
  }
  button.disabled = false;
  window.addEventListener('pageshow', () => { button.disabled = false; });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (!form.reportValidity()) return;
    say('');
    button.disabled = true;
    try {
      const o = await options(form);
      answer(form, await (form.dataset.passkey === 'create' ? create(o) : get(o)));
      form.submit();
    } catch (e) {
      say(e.said || failed);
      button.disabled = false;
    }
  });
}

document.querySelectorAll('form[data-passkey]').forEach(passkey);
