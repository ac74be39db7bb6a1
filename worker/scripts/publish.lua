#!lua
-- Publish what became of a batch of entries: each takes effect exactly once, however often this is called.
--
-- KEYS[1]  articles            stream      XACK: of all callers only the one that gets a 1 goes on
-- KEYS[2]  positions           stream      XADD
-- KEYS[3]  articles.processed  stream      XADD
-- KEYS[4]  articles.dead       stream      XADD
-- KEYS[5]  articles.published  sorted set  article id, scored by the time of publication (ms)
-- KEYS[6]  articles.attempts   hash        HDEL: the entry's history is over
--
-- ARGV[1]  consumer group
-- ARGV[2]  for how many ms a published article id is remembered
-- ARGV[3]  how many are remembered at most
-- then for each entry:
--   its id, its article id ('' where a later entry with the same one shall be processed again),
--   the number of events if this is the first such article, the events,
--   the number of events if it is a duplicate, the events;
-- an event is: the number of the key it goes to, the number of its fields and values, these themselves.
--
-- Returns the server's time (ms), then for each entry 0 (somebody else was first), 1 (published) or 2 (a duplicate).
--
-- The first line has the server refuse the whole script when its memory is full. The checks below refuse it whole where
-- a later step would fail: a script that stops half-way is not undone.
local TYPES = {'stream', 'stream', 'stream', 'stream', 'zset', 'hash'}
local WRITES = {
  {'XACK', KEYS[1], ARGV[1], '0-1'}, {'XADD', KEYS[2], '*', 'a', 'b'}, {'XADD', KEYS[3], '*', 'a', 'b'},
  {'XADD', KEYS[4], '*', 'a', 'b'}, {'ZADD', KEYS[5], '0', 'a'}, {'HDEL', KEYS[6], 'a'},
}
for number, wanted in ipairs(TYPES) do
  local found = redis.call('TYPE', KEYS[number]).ok
  if found ~= wanted and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. KEYS[number] .. ' is a ' .. found .. ', not a ' .. wanted)
  end
  if not redis.acl_check_cmd(unpack(WRITES[number])) then
    return redis.error_reply('NOPERM no permission for ' .. WRITES[number][1] .. ' on ' .. KEYS[number])
  end
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[5], '-inf', string.format('(%.0f', now - ARGV[2]))

local at = 4
local function events(publish)
  local count = tonumber(ARGV[at])
  at = at + 1
  for _ = 1, count do
    local key, length = KEYS[tonumber(ARGV[at])], tonumber(ARGV[at + 1])
    if publish then
      redis.call('XADD', key, '*', unpack(ARGV, at + 2, at + 1 + length))
    end
    at = at + 2 + length
  end
end

local results = {string.format('%.0f', now)}
while at <= #ARGV do
  local entry, article = ARGV[at], ARGV[at + 1]
  at = at + 2
  local mine = redis.call('XACK', KEYS[1], ARGV[1], entry) == 1
  local duplicate = mine and article ~= '' and redis.call('ZSCORE', KEYS[5], article) ~= false
  events(mine and not duplicate)
  events(mine and duplicate)
  if mine and not duplicate and article ~= '' then
    redis.call('ZADD', KEYS[5], now, article)
  end
  redis.call('HDEL', KEYS[6], entry)
  results[#results + 1] = mine and (duplicate and 2 or 1) or 0
end
redis.call('ZREMRANGEBYRANK', KEYS[5], 0, -(ARGV[3] + 1))
return results
