// Asks for the first pages of a reader's feed, one after another. feed.mjs BASE PAGES MOBILE:PASSWORD (of many) MOBILE:PASSWORD (of one)
// prints the 99th percentile and the median of the first and the 99th percentile of the second, in ms.
import { Person } from '../../tests/site/drive.mjs';

const [base, count, ...readers] = process.argv.slice(2);
const turns = 60;
const pages = Number(count);

async function reader(login) {
  const [mobile, password] = login.split(':');
  const who = new Person({ base });
  const answer = await who.submit('/login', { 手机号: mobile, 密码: password });
  if (answer.status !== 303) throw new Error(`login: ${answer.status}`);
  return who;
}

async function times(who) {
  const took = [];
  for (let turn = 0; turn < turns; turn++) {
    let path = '/me';
    for (let page = 0; page < pages; page++) {
      if (!path) throw new Error(`only ${page} pages`);
      const at = performance.now();
      const answer = await who.get(path);
      if (turn >= 5) took.push(performance.now() - at);
      if (answer.status !== 200 || !answer.text.includes('feed-title')) throw new Error(`${path}: ${answer.status}`);
      path = answer.text.match(/href="([^"]*)" rel="next"/)?.[1]?.replaceAll('&amp;', '&');
    }
  }
  return took.sort((a, b) => a - b);
}

const [many, one] = [await times(await reader(readers[0])), await times(await reader(readers[1]))];
console.log(many[Math.floor(many.length * 0.99)], many[Math.floor(many.length / 2)], one[Math.floor(one.length * 0.99)]);
