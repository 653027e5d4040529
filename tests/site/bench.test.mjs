// The benches still run: tiny sizes, so that only the form of what they print is looked at.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = new URL('../..', import.meta.url).pathname;
const skip = process.env.GONGQI_TEST_DB === 'postgres' && 'benches measure SQLite';
const run = promisify(execFile);

for (const name of ['read', 'publish', 'desk', 'takedown', 'feed', 'grow', 'memory', 'scan', 'search', 'record', 'backtest', 'pdq', 'verify'])
  test(`tools/bench ${name} prints its line`, { skip, timeout: 300000 }, async () => {
    const { stdout } = await run('tools/bench', [name, '--smoke'], { cwd: root });
    const last = stdout.trim().split('\n').pop();
    const line = last.match(/^(\w+) ratio=([\d.e+-]+) value=([\d.e+-]+) unit=(\S+) reference=([\d.e+-]+)$/);
    assert.ok(line, stdout);
    assert.equal(line[1], name);
    const [ratio, value, reference] = [line[2], line[3], line[5]].map(Number);
    assert.ok(value > 0 && reference > 0, last);
    assert.ok(Math.abs(ratio / (value / reference) - 1) < 0.02, last);
  });

test('an unknown bench names those there are', { skip }, async () => {
  await assert.rejects(run('tools/bench', ['nothing'], { cwd: root }), /there are: backtest desk feed grow memory pdq publish read record scan search takedown verify\)/);
});
