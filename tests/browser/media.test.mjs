// Audio and video in the editor: a real file through the file chooser, in a real browser.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { video } from '../site/av.mjs';
import { editorSite, saved } from './editor_site.mjs';

let site, writer;
before(async () => {
  site = await editorSite();
  writer = await site.operator(0);
});
after(() => site.stop());

async function choose(page, name, file) {
  await page.getByRole('button', { name: '更多' }).click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('menuitem', { name, exact: true }).click()]);
  await chooser.setFiles(file);
}

test('a video is uploaded through a lost connection, gets its title and captions, and plays', async () => {
  const page = await site.open(writer, '河边的声音');
  await page.locator('#ed-doc').click();
  let lost = 0;
  await page.route('**/media/uploads/*', (route) => (route.request().method() === 'POST' && !lost++ ? route.abort() : route.continue()));
  await choose(page, '视频', { name: '水声.mp4', mimeType: 'video/mp4', buffer: video(2) });
  await page.locator('.ed-upload').waitFor();
  const player = page.locator('#ed-doc figure.media video');
  await player.waitFor({ timeout: 60000 });
  assert.equal(lost > 1, true, 'the piece was sent again');
  assert.match(await player.getAttribute('src'), /^\/media\/[0-9a-f]{64}$/);
  assert.match(await player.getAttribute('poster'), /^\/media\/[0-9a-f]{64}$/);
  assert.equal(await page.locator('#ed-doc figure.media figcaption').innerText(), '水声');
  await page.getByRole('button', { name: '改标题' }).click();
  await page.getByRole('dialog').getByLabel('标题').fill('清晨的水声');
  await page.getByRole('button', { name: '确定' }).click();
  await page.locator('#ed-doc figure.media input[type="file"]').setInputFiles({ name: 'zh.vtt', mimeType: 'text/vtt', buffer: Buffer.from('WEBVTT\n\n00:00.000 --> 00:01.500\n水在流\n') });
  await page.getByText('字幕已加上：1条。').waitFor();
  await saved(page);

  await page.goto(page.url().replace(/\/edit$/, '/preview'));
  const shown = page.locator('main video');
  assert.equal(await shown.getAttribute('aria-label'), '清晨的水声');
  // plays, and its captions load, under the page's content security policy
  const state = await shown.evaluate(async (v) => {
    v.muted = true;
    await v.play();
    await new Promise((r) => setTimeout(r, 600));
    return { time: v.currentTime, width: v.videoWidth, cues: v.textTracks[0].cues?.length, error: v.error?.message };
  });
  assert.ok(state.time > 0, JSON.stringify(state));
  assert.equal(state.width, 320);
  assert.equal(state.cues, 1);
  await page.close();
});

test('an upload can be cancelled, and what is no video is told in words', async () => {
  const page = await site.open(writer, '取消');
  await page.locator('#ed-doc').click();
  await choose(page, '视频', { name: '长.mp4', mimeType: 'video/mp4', buffer: video(30, '1280x720') });
  await page.locator('.ed-upload').getByRole('button', { name: '取消' }).click();
  await page.locator('.ed-upload').waitFor({ state: 'detached' });
  await choose(page, '视频', { name: '列表.mp4', mimeType: 'video/mp4', buffer: Buffer.from('#EXTM3U\nfile:///etc/passwd\n') });
  await page.getByText('这个文件不是可用的音频或视频').waitFor();
  assert.equal(await page.locator('#ed-doc figure.media').count(), 0);
  await page.close();
});

test('nothing was written to the console but the lost connection and the refusals', () => {
  assert.deepEqual(site.faults.filter((f) => !/ERR_FAILED|status of (409|422)/.test(f)), []);
});
