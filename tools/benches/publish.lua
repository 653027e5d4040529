-- wrk script: publishes articles of 4.5 kB by the tokens of bench.lua (GONGQI_BENCH_TOKENS).
local accounts = dofile(os.getenv('GONGQI_BENCH_TOKENS'))
local n = os.time() % 100000 * 1000
local text = {}
for i = 1, 14 do
  text[i] = '记录从三年前开始，每周两次，地点和时间都不变；数字本身不说明问题，放在一起看才看得出方向。清晨六点，河堤上已经有人跑步，水面的雾气还没有散。'
end
local head, paths, headers = {}, {}, {}
for i, a in ipairs(accounts) do
  paths[i] = '/api/v1/accounts/' .. a.handle .. '/articles'
  headers[i] = { Authorization = 'Bearer ' .. a.token, ['Content-Type'] = 'application/json' }
  head[i] = '{"publish":true,"category":"' .. a.category .. '","title":"河岸记录第 '
end
local body = '## 水位\\n\\n' .. table.concat(text, '\\n\\n', 1, 7) .. '\\n\\n## 行人\\n\\n- 上游\\n- 下游\\n\\n' .. table.concat(text, '\\n\\n', 8)

request = function()
  n = n + 1
  local i = n % #accounts + 1
  return wrk.format('POST', paths[i], headers[i], head[i] .. n .. ' 号","markdown":"' .. body .. '第 ' .. n .. ' 次。"}')
end

done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('BENCH %.1f %.2f %d %.2f\n', (summary.requests - e.status) * 1e6 / summary.duration,
    latency:percentile(99) / 1000, e.status + e.connect + e.read + e.write + e.timeout, latency:percentile(50) / 1000))
end
