local function apply_to_all(f, xs)
  local out = {}
  for i = 1, #xs do out[#out + 1] = f(xs[i]) end
  return out
end

local function fold(f, xs, start)
  local result = start
  for i = 1, #xs do result = f(result, xs[i]) end
  return result
end

local function main()
  local xs = {}
  for i = 0, 999 do xs[#xs + 1] = i end
  local total = 0
  for k = 0, 4999 do
    local ys = apply_to_all(function(x) return x * k + 1 end, xs)
    total = total + fold(function(a, b) return a + b end, ys, 0)
  end
  print(total)
end

main()
