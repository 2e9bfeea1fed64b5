local function order(id)
  return {id = id, price = 10 + id % 7, amount = 1 + id % 3, state = "new", total = 0}
end

local function priced(o)
  local p = {}
  for key, value in pairs(o) do p[key] = value end
  p.total = p.price * p.amount
  if p.total > 20 then p.state = "large" else p.state = "small" end
  return p
end

local function main()
  local large, sum = 0, 0
  for round = 1, 40 do
    local orders = {}
    for id = 0, 19999 do
      orders[#orders + 1] = order(id)
    end
    for _, o in ipairs(orders) do
      local p = priced(o)
      if p.state == "large" then large = large + 1 end
      sum = sum + p.total - o.total
    end
  end
  print(large + sum)
end
main()
