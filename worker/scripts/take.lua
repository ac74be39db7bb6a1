#!lua
-- Take entries to work on: note the attempt before anything of the article is looked at, and hand out its fields.
--
-- KEYS[1]  articles           stream  XPENDING, XRANGE, XCLAIM
-- KEYS[2]  articles.attempts  hash    one line an attempt, "consumer time words"
--
-- ARGV[1]  consumer group
-- ARGV[2]  consumer: the worker process that takes them
-- ARGV[3]  ms for which the claim of a worker that shows no sign of life still holds
-- ARGV[4]  bytes to hand out at once (one entry is handed out whatever its size)
-- ARGV[5]  bytes above which an entry's fields are not handed out at all
-- ARGV[6]  attempts that an entry has, each of them alone
-- ARGV[7]  words for the line, after the time: "alone", or how many start together
-- ARGV[8+] ids of the entries
--
-- Returns for each entry, until the bytes are used up: {id, state, history, fields or size}. States: 'taken'; 'missing'
-- (pending, but deleted from the stream); 'oversize' (taken, too big to be handed out); 'busy' (another worker is at
-- it, or it was started before and is not alone here, or has no attempt left: intake sees to it); 'gone' (no longer
-- pending).
--
-- The entries of a batch mostly follow one another, so one XPENDING finds them all; those that it does not show are
-- asked for one by one. What is written is gathered, and written before anything is handed out.
local FIRST = 8
--include history

local pending = {}
for _, found in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[FIRST], ARGV[#ARGV], #ARGV - FIRST + 1)) do
  pending[found[1]] = found
end
local histories = redis.call('HMGET', KEYS[2], unpack(ARGV, FIRST))
local clock = redis.call('TIME')
local now = string.format('%.0f', clock[1] * 1000 + math.floor(clock[2] / 1000))
local line = ARGV[2] .. ' ' .. now .. ' ' .. ARGV[7]
local left = tonumber(ARGV[4])
local answer, forgotten, noted, fresh = {}, {}, {}, {}

for number = FIRST, #ARGV do
  local id, history = ARGV[number], histories[number - FIRST + 1]
  local found = pending[id] or redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1)[1]
  if not found then
    forgotten[#forgotten + 1] = id
    answer[#answer + 1] = {id, 'gone'}
  else
    local owner, idle = found[2], found[3]
    -- The same worker once more, and nothing went wrong: its connection broke before it had the answer.
    local again = history and owner == ARGV[2] and last_worker(history) == owner
      and not string.find(history, ': [^\n]*$')
    local busy = history and not again and (
      #ARGV > FIRST or own_starts(history) >= tonumber(ARGV[6])
      or owner ~= ARGV[2] and last_worker(history) == owner and idle < tonumber(ARGV[3]))
    local entry = not busy and redis.call('XRANGE', KEYS[1], id, id)[1]
    if busy then
      answer[#answer + 1] = {id, 'busy'}
    elseif not entry then
      answer[#answer + 1] = {id, 'missing', history or ''}
    else
      local fields, size = entry[2], 0
      for _, part in ipairs(fields) do
        size = size + #part
      end
      local oversize = size > tonumber(ARGV[5])
      if not oversize and size > left and left < tonumber(ARGV[4]) then
        break
      end
      if history then
        history = again and history or history .. '\n' .. line
        local _, attempts = string.gsub(history, '\n', '')
        redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'RETRYCOUNT', attempts + 1, 'JUSTID')
      else
        history = line
        fresh[#fresh + 1] = id
      end
      noted[#noted + 1] = id
      noted[#noted + 1] = history
      answer[#answer + 1] = {id, oversize and 'oversize' or 'taken', history, oversize and size or fields}
      left = left - (oversize and 0 or size)
    end
  end
end

if #forgotten > 0 then
  redis.call('HDEL', KEYS[2], unpack(forgotten))
end
if #noted > 0 then
  redis.call('HSET', KEYS[2], unpack(noted))
end
if #fresh > 0 then
  for _, option in ipairs({'RETRYCOUNT', 1, 'JUSTID'}) do
    fresh[#fresh + 1] = option
  end
  redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(fresh))
end
return answer
