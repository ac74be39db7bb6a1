#!lua
-- Append the article of a dead letter to `articles` again and remove the letter, both or neither.
--
-- KEYS[1]  articles.dead  stream  XDEL
-- KEYS[2]  articles       stream  XADD
--
-- ARGV[1]  id of the dead letter
-- ARGV[2+] fields and values of the new entry
--
-- Returns the new entry's id, or false where the letter is no longer there.
local found = redis.call('TYPE', KEYS[2]).ok
if found ~= 'stream' and found ~= 'none' then
  return redis.error_reply('WRONGTYPE ' .. KEYS[2] .. ' is a ' .. found .. ', not a stream')
end
if not redis.acl_check_cmd('XADD', KEYS[2], '*', 'a', 'b') then
  return redis.error_reply('NOPERM no permission for XADD on ' .. KEYS[2])
end
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then
  return false
end
return redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
