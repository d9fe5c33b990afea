-- For wrk's scripts: each thread of each run draws random numbers of its own.
local threads = 0

function setup(thread)
  thread:set("id", threads)
  threads = threads + 1
end

function seed()
  math.randomseed(os.time() * 1000 + id)
end
