#!lua
-- Give entries back at once, with a word on what went wrong, instead of letting their claim run out.
--
-- KEYS[1]  articles           stream  XPENDING, XRANGE, XCLAIM
-- KEYS[2]  articles.attempts  hash    the word is added to the last line
--
-- ARGV[1]  consumer group
-- ARGV[2]  consumer that gives them back; what another has taken meanwhile stays with that one
-- ARGV[3]  what went wrong (one line)
-- ARGV[4+] ids of the entries
--
-- Returns how many were given back.
local LONG_AGO = 86400000
local given = 0
for number = 4, #ARGV do
  local id = ARGV[number]
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if pending and pending[2] == ARGV[2] and #redis.call('XRANGE', KEYS[1], id, id) == 1 then
    local history = redis.call('HGET', KEYS[2], id)
    if history then
      redis.call('HSET', KEYS[2], id, history .. ': ' .. ARGV[3])
    end
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'IDLE', LONG_AGO, 'JUSTID')
    given = given + 1
  end
end
return given
