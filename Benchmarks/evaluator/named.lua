-- Named arguments come in a table, as is usual in Lua.
local function scaled(x, named)
  return x * (named.by or 2) + (named.offset or 0)
end

local function clamp(x, named)
  local low, high = named.low or 0, named.high or 100
  if x < low then return low end
  if x > high then return high end
  return x
end

local function main()
  local total = 0
  for i = 0, 1999999 do
    local a = scaled(i, {offset = 3})
    local b = scaled(i, {by = 0.5})
    total = total + clamp(a - b, {high = 50}) + clamp(b - a, {low = -10, high = 10})
  end
  print(total)
end
main()
