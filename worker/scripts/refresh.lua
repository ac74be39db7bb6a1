#!lua
-- Show a sign of life for entries that a worker is still at, so that no other takes them.
--
-- KEYS[1]  articles  stream  XPENDING, XRANGE, XCLAIM
--
-- ARGV[1]  consumer group
-- ARGV[2]  consumer that is at them; what another has taken meanwhile stays with that one
-- ARGV[3+] ids of the entries
--
-- Returns how many are still its own.
local own = 0
for number = 3, #ARGV do
  local id = ARGV[number]
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  -- Claiming an entry that was deleted from the stream would drop it from the pending ones.
  if pending and pending[2] == ARGV[2] and #redis.call('XRANGE', KEYS[1], id, id) == 1 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'JUSTID')
    own = own + 1
  end
end
return own
