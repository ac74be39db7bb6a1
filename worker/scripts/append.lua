#!lua
-- Append an article that a Celery message brought, once, however often Celery delivers the message.
--
-- KEYS[1]  articles           stream      XADD
-- KEYS[2]  articles.received  sorted set  id of the message, scored by the time it was appended (ms)
--
-- ARGV[1]  id of the message
-- ARGV[2]  for how many ms ids are remembered
-- ARGV[3]  how many are remembered at most
-- ARGV[4+] fields and values of the entry
--
-- Returns the entry's id, or false where the message was appended before.
local found = redis.call('TYPE', KEYS[2]).ok
if found ~= 'zset' and found ~= 'none' then
  return redis.error_reply('WRONGTYPE ' .. KEYS[2] .. ' is a ' .. found .. ', not a sorted set')
end
if redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return false
end
local entry = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 4))
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZADD', KEYS[2], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('(%.0f', now - ARGV[2]))
redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -(ARGV[3] + 1))
return entry
