#!lua
-- Trim entries of `articles` that every consumer group is done with, and forget consumers that are long gone.
--
-- KEYS[1]  articles  stream  XINFO, XPENDING, XTRIM, XGROUP DELCONSUMER
--
-- ARGV[1]  consumer group whose consumers are tidied
-- ARGV[2]  ms that an entry is kept after it was appended, even if done
-- ARGV[3]  ms without activity after which a consumer with nothing pending is forgotten
--
-- Returns how many entries were trimmed. What is pending in any group, or not yet delivered to one, always stays.
local function before(one, other)
  local one_ms, one_seq = string.match(one, '(%d+)-(%d+)')
  local other_ms, other_seq = string.match(other, '(%d+)-(%d+)')
  if #one_ms ~= #other_ms then return #one_ms < #other_ms end
  if one_ms ~= other_ms then return one_ms < other_ms end
  if #one_seq ~= #other_seq then return #one_seq < #other_seq end
  return one_seq < other_seq
end
local function pairs_of(flat)
  local map = {}
  for at = 1, #flat, 2 do map[flat[at]] = flat[at + 1] end
  return map
end

if redis.call('TYPE', KEYS[1]).ok ~= 'stream' then
  return 0
end
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local bound = string.format('%.0f-0', math.max(0, now - ARGV[2]))
local groups = redis.call('XINFO', 'GROUPS', KEYS[1])
for _, flat in ipairs(groups) do
  local group = pairs_of(flat)
  local done = group['last-delivered-id']
  if group['pending'] > 0 then
    done = redis.call('XPENDING', KEYS[1], group['name'])[2]
  end
  if before(done, bound) then bound = done end
  if group['name'] == ARGV[1] then
    for _, flat_consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
      local consumer = pairs_of(flat_consumer)
      if consumer['pending'] == 0 and consumer['idle'] > tonumber(ARGV[3]) then
        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer['name'])
      end
    end
  end
end
if #groups == 0 then
  return 0
end
return redis.call('XTRIM', KEYS[1], 'MINID', '~', bound)
