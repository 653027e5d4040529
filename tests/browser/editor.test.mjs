// The article editor in a real browser against a real server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { docFrom, docJson, schema } from '../../assets/js/editor/schema.js';
import { png } from '../site/png.mjs';
import { arrives } from './chromium.mjs';
import { editorSite, paste, saved, send } from './editor_site.mjs';

let site, writer;
before(async () => {
  site = await editorSite();
  writer = await site.operator(0);
});
after(() => site.stop());

const base = (page) => new URL(page.url()).pathname.replace(/\/edit$/, '');
const file = async (name = 'photo.png') => ({ name, mimeType: 'image/png', buffer: Buffer.from(await png().arrayBuffer()) });
const editor = (page) => page.locator('#ed-doc');

// Through the toolbar's file chooser; resolves when the picture stands in the text.
async function addPicture(page) {
  const had = await page.locator('#ed-doc figure.pic').count();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: '图片', exact: true }).click()]);
  await chooser.setFiles(await file());
  await page.locator('#ed-doc figure.pic img').nth(had).waitFor();
}

test('an article is written, saved by itself, and is the same after loading it again', async () => {
  const page = await site.open(writer, '河边的四季');
  const text = editor(page);
  await text.click();
  await page.keyboard.type('## 春天');
  await page.keyboard.press('Enter');
  await page.keyboard.type('水面');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('开了');
  await page.keyboard.press('Control+b');
  await page.keyboard.type('。');
  assert.equal(await page.getByRole('button', { name: '加粗' }).getAttribute('aria-pressed'), 'false');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '项目列表' }).click();
  assert.equal(await page.getByRole('button', { name: '项目列表' }).getAttribute('aria-pressed'), 'true');
  await page.keyboard.type('柳');
  await page.keyboard.press('Enter');
  await page.keyboard.type('燕');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.keyboard.type('/表格');
  await page.getByRole('option', { name: '表格' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByLabel('行数').fill('2');
  await page.getByLabel('列数').fill('2');
  await page.keyboard.press('Enter');
  await page.keyboard.type('月份');
  await page.keyboard.press('Tab');
  await page.keyboard.type('水位');
  assert.equal(await text.locator('th').count(), 2);
  await text.locator('> p').last().click();
  await addPicture(page);
  await page.getByRole('button', { name: '加描述' }).click();
  await page.getByRole('dialog').getByLabel('描述').fill('河面上的一块绿色');
  await page.getByRole('button', { name: '确定' }).click();
  await text.locator('figcaption').click();
  await page.keyboard.type('摄于三月');
  await page.getByRole('button', { name: '设为封面' }).click();
  await saved(page);
  const before = await text.evaluate((el) => el.innerText);
  await page.reload();
  await text.waitFor();
  assert.equal(await text.evaluate((el) => el.innerText), before);
  assert.equal(await text.locator('strong').innerText(), '开了');
  assert.equal(await text.locator('figure img').getAttribute('alt'), '河面上的一块绿色');
  assert.match(await page.locator('[name="cover"]').inputValue(), /^[0-9a-f]{64}$/);
  assert.match(await page.locator('.ed-outline').innerText(), /春天/);
  await page.close();
});

test('what is previewed and submitted is what the editor showed', async () => {
  const page = await site.open(writer, '预览与提交');
  await editor(page).click();
  await page.keyboard.type('第一段。');
  await page.keyboard.press('Enter');
  await page.keyboard.type('> 引文');
  await page.getByRole('link', { name: '预览' }).click();
  await page.waitForURL(/\/preview$/);
  assert.match(await page.locator('main').innerText(), /第一段。[\s\S]*引文/);
  assert.equal(await page.locator('main blockquote').innerText(), '引文');
  await page.goBack();
  await editor(page).click();
  await page.keyboard.press('Control+End');
  await page.keyboard.type('！');
  await page.getByRole('button', { name: '保存并提交' }).click();
  await page.waitForURL(/\/articles\/\d+$/);
  assert.doesNotMatch(await page.locator('main').innerText(), /草稿还没有/);
  const shown = await page.goto(`${base(page)}/preview`);
  assert.match(await shown.text(), /<blockquote>\s*<p>引文！<\/p>\s*<\/blockquote>/);
  await page.close();
});

test('refusals are shown, and the text is still there', async () => {
  const page = await site.open(writer, '没有正文');
  await page.getByRole('button', { name: '保存并提交' }).click();
  await page.getByText('正文还是空的').first().waitFor();
  assert.equal(await page.getByLabel('标题').inputValue(), '没有正文');
  await editor(page).click();
  await page.keyboard.type('有了');
  const time = page.getByLabel('定时发布');
  assert.equal(await time.getAttribute('type'), 'datetime-local', 'a time is picked');
  await time.evaluate((e) => (e.type = 'text')); // as in a browser that has no picker
  await time.fill('明天');
  await page.getByRole('button', { name: '保存并提交' }).click();
  await page.locator('.form-errors, .field-error').first().waitFor();
  assert.match(await editor(page).innerText(), /有了/);
  assert.equal(await time.inputValue(), '明天', 'it comes back as it was written');
  await page.close();
});

const WORD = `<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal{margin:0}</style></head><body>
<!--StartFragment--><p class=MsoNormal style='text-align:center'><b><span style='font-size:10.5pt;color:red'>来自 Word</span></b><o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;</span></span>第一条</p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>2.<span>&nbsp;&nbsp;</span></span>第二条</p><!--EndFragment--></body></html>`;
const WECHAT = `<section style="background-color:#fafafa"><section><span style="font-size:16px;color:rgb(255,104,39);"><strong>公众号里的话</strong></span></section>
<section><img data-src="https://mmbiz.example/pic.png" alt="长图"></section><iframe src="https://v.example/"></iframe><p style="text-decoration:underline">尾声<a href="javascript:alert(1)">坏链接</a></p><script>alert(1)</script></section>`;

test('what is pasted from Word and WeChat is cleaned, and it is said what was dropped', async () => {
  const page = await site.open(writer, '粘贴');
  const text = editor(page);
  await paste(page, WORD);
  assert.equal(await text.locator('p.al-center strong').first().innerText(), '来自 Word');
  assert.equal(await text.locator('.c-red').innerText(), '来自 Word');
  assert.deepEqual(await text.locator('ol > li').allInnerTexts(), ['第一条', '第二条']);
  await page.keyboard.press('Control+End');
  await paste(page, WECHAT);
  assert.equal(await text.locator('.c-orange').innerText(), '公众号里的话');
  assert.equal(await text.locator('u').first().innerText(), '尾声坏链接');
  assert.equal(await text.locator('a[href^="javascript"], script, iframe, [style*="color"], img:not(.ProseMirror-separator)').count(), 0);
  assert.equal(await text.locator('a[href="https://mmbiz.example/pic.png"]').innerText(), '长图');
  assert.match(await page.locator('#ed-told').innerText(), /1 张外部图片.*1 个不能用的链接.*处背景或样式.*2 处脚本/);
  await saved(page);
  await page.close();
});

test('two windows: the later one sees both texts, and none is lost', async () => {
  const first = await site.open(writer, '两个窗口');
  await editor(first).click();
  await first.keyboard.type('共同的开头');
  await saved(first);
  const second = site.watch(await writer.context.newPage());
  await second.goto(first.url());
  await editor(second).click();
  await second.keyboard.press('Control+End');
  await second.keyboard.type('，乙写的');
  await saved(second);
  await editor(first).click();
  await first.keyboard.press('Control+End');
  await first.keyboard.type('，甲写的');
  await first.locator('#ed-conflict').waitFor();
  assert.match(await first.locator('.ed-theirs').innerText(), /共同的开头，乙写的/);
  assert.match(await editor(first).innerText(), /共同的开头，甲写的/);
  await first.getByRole('button', { name: '把另一份接在我的后面' }).click();
  await saved(first);
  await first.reload();
  assert.match(await editor(first).innerText(), /甲写的[\s\S]*乙写的/);
  await first.close();
  await second.close();
  // The browser itself reports the answer 409; nothing else may be there.
  assert.deepEqual(site.faults.splice(0).filter((line) => !/409|422/.test(line)), []);
});

test('a file that is no picture is refused with the reason, the text goes on', async () => {
  const page = await site.open(writer, '坏图片');
  await editor(page).click();
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: '图片', exact: true }).click()]);
  await chooser.setFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') });
  await page.locator('#ed-told.st-bad').waitFor();
  assert.match(await page.locator('#ed-told').innerText(), /^broken\.png: .*图片/);
  assert.equal(await editor(page).locator('.ed-upload, img:not(.ProseMirror-separator)').count(), 0);
  await page.close();
});

test('a title that is too long is not saved, and it is said why', async () => {
  const page = await site.open(writer, '长标题');
  await page.getByLabel('标题').fill('长'.repeat(65));
  await page.locator('.ed-state[data-state="error"]').waitFor();
  assert.match(await page.locator('.ed-state').innerText(), /没有保存：.*标题/);
  await page.getByLabel('标题').fill('短了');
  await saved(page);
  await page.close();
});

test('without scripts the Markdown form does the same, and keeps the text when it is refused', async () => {
  const bare = await site.operator(0, { javaScriptEnabled: false });
  const page = await bare.context.newPage();
  await page.goto(`${bare.console}/articles/new`);
  await page.getByLabel('标题').fill('不用脚本');
  await arrives(page, () => page.locator('main button[type="submit"]').click());
  await page.getByLabel('正文').fill('## 一\n\n**二**');
  await arrives(page, () => page.getByRole('button', { name: '保存', exact: true }).click());
  assert.match(await page.getByLabel('正文').inputValue(), /^## 一\s+\*\*二\*\*/);
  await page.getByLabel('标题').fill('长'.repeat(65));
  await page.getByLabel('正文').fill('改过的');
  await arrives(page, () => page.getByRole('button', { name: '保存', exact: true }).click());
  assert.match(await page.locator('main').innerText(), /标题/);
  assert.equal((await page.getByLabel('正文').inputValue()).trim(), '改过的');
  await page.close();
});

test('without a network the text is kept in the browser and saved later', async () => {
  const page = await site.open(writer, '断网');
  await page.route('**/draft', (route) => route.abort());
  await editor(page).click();
  await page.keyboard.type('断网时写的');
  await page.locator('.ed-state[data-state="offline"]').waitFor();
  page.on('dialog', (dialog) => dialog.accept());
  await page.reload();
  await page.getByText('已恢复本机').waitFor();
  assert.match(await editor(page).innerText(), /断网时写的/);
  await page.unroute('**/draft');
  await page.keyboard.press('Control+s');
  await saved(page);
  site.faults.splice(0);
  await page.close();
});

test('Markdown both ways', async () => {
  const page = await site.open(writer, '两种写法');
  await editor(page).click();
  await page.keyboard.type('## 一');
  await page.getByRole('tab', { name: 'Markdown' }).click();
  const area = page.locator('#f-body');
  await area.waitFor();
  assert.match(await area.inputValue(), /^## 一/);
  await area.fill('## 一\n\n**二** 和 [三](https://example.org/)\n');
  await page.getByRole('tab', { name: '编辑' }).click();
  await editor(page).waitFor();
  assert.equal(await editor(page).locator('strong').innerText(), '二');
  assert.equal(await editor(page).locator('a').getAttribute('href'), 'https://example.org/');
  await saved(page);
  await page.close();
});

test('find and replace, undo', async () => {
  const page = await site.open(writer, '查找');
  await editor(page).click();
  await page.keyboard.type('甲乙甲丙甲');
  await page.keyboard.press('Control+f');
  await page.getByRole('searchbox', { name: '查找' }).fill('甲');
  assert.equal(await editor(page).locator('.ed-found').count(), 3);
  await page.getByLabel('替换为').fill('丁');
  await page.getByRole('button', { name: '全部替换' }).click();
  assert.equal((await editor(page).innerText()).trim(), '丁乙丁丙丁');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  assert.equal((await editor(page).innerText()).trim(), '甲乙甲丙甲');
  await page.close();
});

// Every node and mark of the document, as the editor's schema makes it.
function everything(blob) {
  const { nodes: n, marks: m } = schema;
  const t = (text, ...marks) => schema.text(text, marks);
  const p = (...content) => n.paragraph.create(null, content);
  const li = (...content) => n.listItem.create(null, content);
  return n.doc.create(null, [
    n.heading.create({ level: 2 }, t('标题')), n.heading.create({ level: 3, align: 'center' }, t('三')), n.heading.create({ level: 4 }),
    n.paragraph.create({ align: 'justify' }, [t('粗', m.bold.create()), t('斜', m.italic.create()), t('线', m.underline.create()), t('删', m.strike.create()), t('码', m.code.create()),
      n.hardBreak.create(), t('链', m.link.create({ href: 'https://example.org/' })), t('红大', m.color.create({ value: 'red' }), m.size.create({ value: 'xlarge' }))]),
    n.blockquote.create(null, p(t('引'))), n.bulletList.create(null, [li(p(t('一')), n.bulletList.create(null, li(p(t('内')))))]),
    n.orderedList.create({ start: 3 }, li(p(t('三')))),
    n.table.create(null, [n.tableRow.create(null, [n.tableHeader.create({ colspan: 2 }, p(t('头')))]), n.tableRow.create(null, [n.tableCell.create({ align: 'right' }, p()), n.tableCell.create(null, p(t('格')))])]),
    n.codeBlock.create({ language: 'c' }, t('int a;\n\tb;')), n.picture.create({ blob, alt: '图', width: 640, height: 400 }, [t('说'), t('明', m.bold.create())]),
    n.callout.create({ kind: 'warning' }, p(t('注意'))), n.divider.create(), p(),
  ]);
}

test('every node and mark goes to the server and back unchanged', async () => {
  const page = await site.open(writer, '往返');
  await editor(page).click();
  await addPicture(page);
  await saved(page);
  const blob = await page.locator('#ed-doc figure img').getAttribute('src').then((src) => src.slice(-64));
  const doc = everything(blob);
  doc.check();
  const used = new Set();
  doc.descendants((node) => { used.add(node.type.name); node.marks.forEach((mark) => used.add(mark.type.name)); });
  const never = [...Object.keys(schema.nodes), ...Object.keys(schema.marks)].filter((name) => !used.has(name));
  assert.deepEqual(never, ['doc', 'audio', 'video'], 'audio and video cannot be uploaded yet');
  const rev = Number(await page.locator('[name="rev"]').inputValue());
  const category = await page.locator('[name="category"]').inputValue();
  const answer = await send(page, `${base(page)}/draft`, { rev, title: '往返', digest: '', cover: '', category, doc: docJson(doc) });
  assert.equal(answer.status, 200, JSON.stringify(answer.data));
  await page.goto(page.url());
  const back = docFrom(JSON.parse(await page.locator('#editor').getAttribute('data-doc')));
  assert.deepEqual(back.toJSON(), doc.toJSON());
  assert.equal(await editor(page).locator('aside.callout-warning').innerText(), '注意');
  // What the reader will see has the same blocks in the same order.
  const tags = (selector) => page.locator(selector).evaluate((el) => [...el.children].filter((c) => !c.matches('.ProseMirror-trailingBreak')).map((c) => c.tagName));
  const shown = await tags('#ed-doc');
  await page.goto(`${base(page)}/preview`);
  assert.deepEqual(await page.locator('main .body').evaluate((el) => [...el.children].map((c) => c.tagName)), shown);
  await page.close();
});

test('a draft may not show the picture of another account, nor have it as its cover', async () => {
  const page = await site.open(writer, '别人的图');
  const other = await site.operator(1);
  assert.notEqual(other.console, writer.console);
  const theirs = await site.open(other, '我的图');
  await editor(theirs).click();
  const [chooser] = await Promise.all([theirs.waitForEvent('filechooser'), theirs.getByRole('button', { name: '图片', exact: true }).click()]);
  await chooser.setFiles({ name: 'other.png', mimeType: 'image/png', buffer: Buffer.from(await png(320, 200, [200, 30, 90]).arrayBuffer()) });
  await theirs.locator('#ed-doc figure.pic img').waitFor();
  const blob = (await theirs.locator('#ed-doc figure img').getAttribute('src')).slice(-64);
  const body = { rev: 1, title: '', digest: '', cover: '', category: '', doc: { type: 'doc', content: [{ type: 'paragraph' }, { type: 'picture', attrs: { blob } }] } };
  const refused = await send(page, `${base(page)}/draft`, body);
  assert.equal(refused.status, 422);
  assert.match(JSON.stringify(refused.data), /foreign_media/);
  assert.match(JSON.stringify(refused.data), /content\[1\]/);
  const cover = await send(page, `${base(page)}/draft`, { ...body, cover: blob, doc: { type: 'doc', content: [{ type: 'paragraph' }] } });
  assert.equal(cover.status, 422);
  assert.match(JSON.stringify(cover.data), /bad_cover/);
  await theirs.close();
  await page.close();
});

test('a document that breaks the schema is refused naming the node', async () => {
  const page = await site.open(writer, '坏文档');
  const bad = { type: 'doc', content: [{ type: 'paragraph' }, { type: 'heading', attrs: { level: 9 } }] };
  const refused = await send(page, `${base(page)}/draft`, { rev: 1, title: '', digest: '', cover: '', category: '', doc: bad });
  assert.equal(refused.status, 422);
  assert.match(JSON.stringify(refused.data), /content\[1\]/);
  await page.close();
});

test('on a phone nothing is wider than the screen, and the tools work', async () => {
  const phone = await site.operator(0, { viewport: { width: 375, height: 812 }, hasTouch: true });
  const page = await site.open(phone, '手机上写');
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 375));
  await editor(page).tap();
  await page.keyboard.type('字');
  await page.getByRole('button', { name: '段落样式' }).tap();
  await page.getByRole('menuitemradio', { name: '二级标题' }).tap();
  assert.equal(await editor(page).locator('h3').innerText(), '字');
  await saved(page);
  await page.close();
});

test('no policy was broken and no script failed', () => {
  assert.deepEqual(site.faults.filter((line) => !/status of 4(00|09|13|15|22)/.test(line)), []);
});
