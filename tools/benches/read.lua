-- wrk script: reads pages without the page cache (a cookie bypasses it). GONGQI_BENCH_PAGES: a file of
-- paths; GONGQI_BENCH_COOKIE. The order is random, the same in each run.
local pages, n = {}, 0
for line in io.lines(os.getenv('GONGQI_BENCH_PAGES')) do
  n = n + 1
  pages[n] = line
end
math.randomseed(42)
local headers = { Cookie = os.getenv('GONGQI_BENCH_COOKIE') }
request = function()
  return wrk.format('GET', pages[math.random(n)], headers)
end

done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('BENCH %.1f %.3f %d %.3f\n', summary.requests * 1e6 / summary.duration,
    latency:percentile(99) / 1000, e.status + e.connect + e.read + e.write + e.timeout, latency:percentile(50) / 1000))
end
