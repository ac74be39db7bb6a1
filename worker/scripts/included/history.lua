-- What a history of starts tells. Included by other scripts: a line a start, "worker time words[: what went wrong]".
-- The worker that started the entry last; nil or false for one that was never started.
local function last_worker(history)
  return history and string.match(history, '([^\n ]+) [^\n]*$')
end
-- Starts that are charged to the entry: those alone. What went wrong in company may be a neighbour's fault.
local function own_starts(history)
  local starts = 0
  for line in string.gmatch(history, '[^\n]+') do
    if string.match(line, '^%S+ %d+ alone') then starts = starts + 1 end
  end
  return starts
end
