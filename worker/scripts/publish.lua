#!lua
-- Publish what became of a batch of entries: each takes effect exactly once, however often this is called.
--
-- KEYS[1]  articles            stream      XPENDING, XACK: of all callers only the one that finds an entry pending goes on
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
--   the number of events if it is a duplicate (-1 where they were not brought along), the events;
-- an event is: the number of the key it goes to, the number of its fields and values, these themselves.
--
-- Returns the server's time (ms), then for each entry 0 (somebody else was first), 1 (published), 2 (a duplicate), or 3
-- (a duplicate, but its events were not brought along: nothing was done, hand it in again with them).
--
-- The first line has the server refuse the whole script when its memory is full. The checks below refuse it whole where
-- a later step would fail: a script that stops half-way is not undone. What can be asked and written for all entries at
-- once is; the entries of a batch mostly follow one another, so one XPENDING finds them all, and those that it does not
-- show are asked for one by one.
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

local function after(at, count)
  for _ = 1, count do
    at = at + 2 + ARGV[at + 1]
  end
  return at
end

-- Where each entry's events stand.
local entries, ids, articles = {}, {}, {}
local at = 4
while at <= #ARGV do
  local entry = {id = ARGV[at], article = ARGV[at + 1], first = tonumber(ARGV[at + 2]), first_at = at + 3}
  at = after(entry.first_at, entry.first)
  entry.repeated, entry.repeated_at = tonumber(ARGV[at]), at + 1
  at = after(entry.repeated_at, entry.repeated)
  entries[#entries + 1], ids[#ids + 1], articles[#articles + 1] = entry, entry.id, entry.article
end
local results = {string.format('%.0f', now)}
if #entries == 0 then
  return results
end

local pending = {}
for _, found in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], ids[1], ids[#ids], #ids)) do
  pending[found[1]] = true
end
local published = {}
for number, score in ipairs(redis.call('ZMSCORE', KEYS[5], unpack(articles))) do
  published[articles[number]] = score
end

local done, over, new = {}, {}, {}
for _, entry in ipairs(entries) do
  local id, article = entry.id, entry.article
  local mine = pending[id]
  if mine == nil then
    mine = #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1) == 1
  end
  local duplicate = mine and article ~= '' and published[article]
  entry.result = mine and (duplicate and (entry.repeated < 0 and 3 or 2) or 1) or 0
  if entry.result == 1 or entry.result == 2 then
    done[#done + 1] = id
    pending[id] = false
  end
  if entry.result == 1 and article ~= '' then
    new[#new + 1] = now
    new[#new + 1] = article
    published[article] = now
  end
  if entry.result ~= 3 then
    over[#over + 1] = id
  end
  results[#results + 1] = entry.result
end

if #done > 0 then
  redis.call('XACK', KEYS[1], ARGV[1], unpack(done))
end
local function publish(at, count)
  for _ = 1, count do
    local length = tonumber(ARGV[at + 1])
    redis.call('XADD', KEYS[tonumber(ARGV[at])], '*', unpack(ARGV, at + 2, at + 1 + length))
    at = at + 2 + length
  end
end
for _, entry in ipairs(entries) do
  if entry.result == 1 then
    publish(entry.first_at, entry.first)
  elseif entry.result == 2 then
    publish(entry.repeated_at, entry.repeated)
  end
end
if #new > 0 then
  redis.call('ZADD', KEYS[5], unpack(new))
end
if #over > 0 then
  redis.call('HDEL', KEYS[6], unpack(over))
end
redis.call('ZREMRANGEBYRANK', KEYS[5], 0, -(ARGV[3] + 1))
return results
