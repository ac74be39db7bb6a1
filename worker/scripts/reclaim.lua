#!lua
-- Find entries that nobody is at any more and claim them for a new dispatch.
--
-- KEYS[1]  articles           stream  XPENDING, XRANGE, XCLAIM
-- KEYS[2]  articles.attempts  hash    HGET
--
-- ARGV[1]  consumer group
-- ARGV[2]  consumer: the intake that claims
-- ARGV[3]  ms without a sign of life after which a started entry is given to another worker
-- ARGV[4]  ms after which an entry that waits for its (first or next) start is dispatched again
-- ARGV[5]  attempts that an entry has, each of them alone
-- ARGV[6]  how many entries to claim at most
--
-- Returns {id, state, history} for each. States: 'retry' (started before: alone this time), 'again' (never started),
-- 'exhausted' and 'missing' (not claimed: for the dead letters).
local PAGE, MOST = 200, 5000
--include history

local started_idle, waiting_idle = tonumber(ARGV[3]), tonumber(ARGV[4])
local found, seen, from = {}, 0, '-'
repeat
  local page = redis.call(
    'XPENDING', KEYS[1], ARGV[1], 'IDLE', math.min(started_idle, waiting_idle), from, '+', PAGE)
  for _, pending in ipairs(page) do
    local id, owner, idle = pending[1], pending[2], pending[3]
    local history = redis.call('HGET', KEYS[2], id)
    local started = last_worker(history) == owner
    if idle >= (started and started_idle or waiting_idle) then
      local state = history and 'retry' or 'again'
      if #redis.call('XRANGE', KEYS[1], id, id) == 0 then
        state = 'missing'
      elseif history and own_starts(history) >= tonumber(ARGV[5]) then
        state = 'exhausted'
      else
        redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'JUSTID')
      end
      found[#found + 1] = {id, state, history or ''}
    end
    if #found >= tonumber(ARGV[6]) then
      return found
    end
    from = '(' .. id
  end
  seen = seen + #page
until #page < PAGE or seen >= MOST
return found
