// What was removed does not come back: near copies are held and found, until an appeal reverses
// (A11.4); lists of fingerprints from elsewhere (A11.1).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openAccount, staff, startSite, words } from './drive.mjs';
import { shaded } from './png.mjs';

let site, at, other, judge;
const BODY = '春耕前后，河岸的老码头照例要清一次淤。今年请来的是下游的两条挖泥船，一条在桥东，一条在桥西，昼夜不停地干了九天。老人们坐在堤上看，说这样的阵势有二十年没有见过了。清出来的泥堆在北岸，晒干以后运到砖厂去，据说烧出来的砖颜色发青，结实得很。孩子们在泥里找到不少旧东西，有缺口的碗，有锈成一团的锁，还有一枚看不清年号的铜钱。';
before(async () => {
  site = await startSite();
  at = await openAccount(site);
  other = await staff(site, at.boss, '15400000191', ['合规专员'], '合规乙');
  judge = await staff(site, at.boss, '15400000192', ['审核员'], '审核乙');
});
after(() => site.stop());

const publish = (title, markdown) => site.person().api(`/accounts/${at.handle}/articles`, { token: at.token, json: { title, category: 'environment', markdown, publish: true } });
const must = (page, status = 303) => (assert.equal(page.status, status, `${page.path}: ${words(page).slice(0, 500)}`), page);
const facts = { 依据: '平台管理规则', 严重程度: '严重（违法）', 事实: '写有收费办法。', 理由: '违反管理规则。' };
async function until(what) {
  for (let i = 0; i < 300; i++) {
    const found = await what();
    if (found) return found;
    await new Promise((r) => setTimeout(r, 200));
  }
  throw new Error(`never: ${what}`);
}

let removed, copy, held, edge;
test('a near copy that is there is found when its original is removed; a new one is held', async () => {
  const first = (await publish('清淤', BODY)).data;
  const twin = (await publish('清淤记', BODY.replace('九天', '十来天').replace('颜色发青', '颜色青灰'))).data;
  const far = (await publish('别的事', '图书馆周末开放到晚上九点，二楼新添了一百个座位，预约仍然在原来的页面上办理，不另外收费，请大家互相转告。')).data;
  for (const x of [first, twin, far]) assert.equal(x.state, 'published');
  const raised = must(await at.officer.submit(`/desk/raise/${at.handle}/${first.no}`, { 线索来源: '工作人员发现', 类别: '诈骗', 发现了什么: '有问题' }, { button: '提出线索' }));
  removed = raised.location;
  must(await judge.submit(removed, {}, { button: '领取' }));
  must(await judge.submit(removed, { 处置措施: '移除文章', ...facts }, { button: '作出决定' }));
  const page = await until(async () => {
    const now = words(await judge.get(removed));
    return /查找完毕/.test(now) && now;
  });
  assert.match(page, /清淤记 · \S+ 文字，约 \d+% 不同 平台上找到/);
  assert.doesNotMatch(page, /别的事 ·/);
  copy = twin;
  held = (await publish('另一个题目', BODY.replace('二十年', '三十年').replace('老人们', '大家'))).data;
  assert.equal(held.state, 'held');
  assert.equal(held.reason, 'near_copy');
  assert.equal((await site.person().get(held.url)).status, 404);
  assert.match(words(await at.operator.get(`/console/${at.handle}/articles/${held.no}`)), /与平台已处置的内容相同或相近/);
  assert.match(words(await judge.get(removed)), /另一个题目 · \S+ 文字，约 \d+% 不同 提交时转人工/);
  edge = (await publish('好天气', '今天天气很好，江面上风平浪静，渡船按时开，早市的菜也比昨天便宜了一些。')).data;
  assert.equal(edge.state, 'published', 'nothing like it');
});

test('the copy has a case of its own, which leads back to the first', async () => {
  const list = await judge.get('/desk/cases?kind=finding');
  const href = list.text.match(/href="(\/desk\/cases\/\d+)"[^>]*>\s*清淤记/)[1];
  const page = await judge.get(href);
  assert.match(words(page), /与已知内容相同或相近/);
  assert.match(words(page), /已处置：清淤/);
  assert.ok(page.text.includes(removed));
  assert.ok(copy.no);
});

test('a reversal takes the prints off and lets go what they alone held', async () => {
  const rulings = await judge.get(removed);
  const id = rulings.text.match(/\/desk\/rulings\/(\d+)/)[1];
  must(await at.operator.submit(`/me/rulings/${id}`, { 申诉理由: '收费办法是引文' }, { button: '提交申诉' }));
  const queue = await at.officer.get('/desk/cases?kind=appeal');
  const appeal = queue.text.match(/href="(\/desk\/cases\/\d+)"[^>]*>\s*清淤/)[1];
  must(await at.officer.submit(appeal, {}, { button: '领取' }));
  must(await at.officer.submit(appeal, { 处理结果: '撤销原决定', 处理理由: '确是引文。' }, { button: '作出决定' }));
  assert.equal((await site.person().get(held.url)).status, 200, 'let go');
  assert.equal((await publish('又一篇', BODY.replace('二十年', '四十年'))).data.state, 'published');
});

test('a list names odd lines, refuses, and is retired', async () => {
  const file = (text) => ({ files: { 名单文件: ['list.txt', 'text/plain', Buffer.from(text)] }, button: '导入并启用' });
  const values = { 名称: '测试名单', 来源: '测试', 指纹种类: '文件（SHA-256，完全相同）', 类别: '诈骗', 严重程度: '严重（违法）', 命中后: '拒绝提交', 为什么用: '测试' };
  const hash = 'ab'.repeat(32);
  const odd = await at.officer.submit('/desk/prints/new', values, file(`${hash}\nxyz\n${hash}\n`));
  assert.equal(odd.status, 422);
  assert.match(words(odd), /1 行不是指纹（共 3 行），先是第 2 行/);
  assert.match(odd.text, /测试名单/);
  const made = must(await at.officer.submit('/desk/prints/new', values, file(`# x\n${hash},note\r\n${hash}\n${'cd'.repeat(32)}\n`)));
  assert.match(words(await at.officer.get(made.location)), /指纹数 2/);
  assert.equal((await at.officer.submit('/desk/prints/new', values, file(hash))).status, 409);
  assert.match(words(await at.officer.get('/desk/prints')), /测试名单 启用/);
  must(await other.submit(made.location, { 理由: '试完了' }, { button: '停用名单' }));
  assert.match(words(await at.officer.get(made.location)), /停用人 合规乙/);
});

test('the same picture, smaller and noisier, is held; another one is not', async () => {
  const scene = (seed, side, noise = 0) => shaded(side, side * 3 / 4, (x, y) => {
    let v = 90 + 60 * x - (x + y > 1.3 ? 50 : 0);
    for (let i = 0; i < 12; i++) {
      const [cx, cy, deep] = [3, 7, 11].map((k) => Math.abs(Math.sin(seed * 12.9 + i * k * 4.7)));
      v += (deep - 0.5) * 220 * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (0.05 + 0.08 * deep) ** 2);
    }
    return Math.max(0, Math.min(255, v + noise * Math.sin(x * 991 + y * 733)));
  });
  const library = `/console/${at.handle}/media`;
  const listed = async () => [...(await at.operator.get(library)).text.matchAll(/riverside\/media\/([0-9a-f]{64})/g)].map((m) => m[1]);
  const article = async (title, bytes) => {
    const had = await listed();
    must(await at.operator.submit(library, {}, { button: '上传', files: { 文件: ['p.png', 'image/png', bytes] } }));
    const hash = await until(async () => (await listed()).find((h) => !had.includes(h)));
    return publish(title, `![图](blob:${hash})`);
  };
  const first = (await article('图一', scene(1, 640))).data;
  assert.equal(first.state, 'published');
  const raised = must(await at.officer.submit(`/desk/raise/${at.handle}/${first.no}`, { 线索来源: '工作人员发现', 类别: '诈骗', 发现了什么: '有问题' }, { button: '提出线索' })).location;
  must(await judge.submit(raised, {}, { button: '领取' }));
  must(await judge.submit(raised, { 处置措施: '移除文章', ...facts }, { button: '作出决定' }));
  const again = (await article('图二', scene(1, 480, 6))).data;
  assert.deepEqual([again.state, again.reason], ['held', 'near_copy']);
  assert.match(words(await judge.get(raised)), /图二 · \S+ 图片，256 位中差 \d+ 位 提交时转人工/);
  assert.equal((await article('图三', scene(5, 640))).data.state, 'published');
});
