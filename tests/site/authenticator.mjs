// A software authenticator (WebAuthn) for tests by HTTP: it fills in the forms that passkey.js fills in.
// site.origin: where the browser would be, as --public-url says.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

const sha256 = (data) => createHash('sha256').update(data).digest();
const b64 = (data) => Buffer.from(data).toString('base64url');
const csrfOn = (page) => page.text.match(/name="_csrf" value="([^"]*)"/)?.[1] ?? '';

function cose(key, alg) {
  const jwk = key.export({ format: 'jwk' });
  const part = (label, text) => Buffer.concat([Buffer.from([label, 0x58, 32]), Buffer.from(text, 'base64url')]);
  if (alg === -8) return Buffer.concat([Buffer.from('a4010103272006', 'hex'), part(0x21, jwk.x)]);
  return Buffer.concat([Buffer.from('a5010203262001', 'hex'), part(0x21, jwk.x), part(0x22, jwk.y)]);
}

export class Authenticator {
  constructor(site, alg = -7) {
    this.site = site;
    this.alg = alg;
    this.count = 0;
    this.id = randomBytes(32);
    this.keys = alg === -8 ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }

  // bend: { origin, rpId, flags, count } instead of what is true.
  data(flags, bend, more = Buffer.alloc(0)) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(bend.count ?? ++this.count);
    return Buffer.concat([sha256(bend.rpId ?? new URL(this.site.origin).hostname), Buffer.from([bend.flags ?? flags]), count, more]);
  }

  client(type, challenge, bend) {
    return Buffer.from(JSON.stringify({ type, challenge, origin: bend.origin ?? this.site.origin, crossOrigin: false }));
  }

  attestation(data) {
    const head = Buffer.from('a363666d74646e6f6e656761747453746d74a068' + '6175746844617461' + '58', 'hex');
    return Buffer.concat([head, Buffer.from([data.length]), data]);
  }

  // Adds itself to a person's login by the page; answers the page that came.
  async register(person, password = person.password, bend = {}) {
    const csrf = csrfOn(await person.visit('/me/security/passkeys'));
    const asked = await person.send('/me/security/passkeys/options', { method: 'POST', body: new URLSearchParams({ _csrf: csrf, name: '我的手机', password }) });
    if (asked.status !== 200) return asked;
    const o = JSON.parse(asked.text);
    this.options = o;
    this.handle = o.user.id;
    const length = Buffer.from([0, this.id.length]);
    const credential = Buffer.concat([Buffer.alloc(16), length, this.id, cose(this.keys.publicKey, this.alg)]);
    const body = { _csrf: csrf, name: '我的手机', client_data: b64(this.client('webauthn.create', o.challenge, bend)), attestation: b64(this.attestation(this.data(0x45, bend, credential))) };
    return person.send('/me/security/passkeys', { method: 'POST', body: new URLSearchParams(body) });
  }

  // What the form at `shown` sends when this authenticator answers.
  async answer(person, shown, purpose, bend = {}) {
    const csrf = csrfOn(shown);
    const asked = await person.send('/login/passkey/options', { method: 'POST', body: new URLSearchParams({ _csrf: csrf, purpose }) });
    this.options = JSON.parse(asked.text);
    const client = this.client('webauthn.get', this.options.challenge, bend);
    const data = this.data(5, bend);
    const said = Buffer.concat([data, sha256(client)]);
    const signature = sign(this.alg === -8 ? null : 'sha256', said, this.keys.privateKey);
    return { _csrf: csrf, purpose, credential: b64(this.id), client_data: b64(client), auth_data: b64(data), signature: b64(signature), handle: this.handle };
  }

  async logIn(person, bend = {}) {
    const body = await this.answer(person, await person.get('/login'), 'login', bend);
    return person.send('/login/passkey', { method: 'POST', body: new URLSearchParams(body) });
  }

  async second(person, bend = {}) {
    const body = await this.answer(person, await person.get('/login/second-factor'), 'second', bend);
    return person.send('/login/second-factor/passkey', { method: 'POST', body: new URLSearchParams(body) });
  }
}
