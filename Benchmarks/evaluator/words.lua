local function main()
  local words = "the quick brown fox jumps over the lazy dog and the dog sleeps while the fox runs"
  local total = 0
  for round = 1, 30000 do
    local counts, order = {}, {}
    for word in string.gmatch(words, "[^ ]+") do
      local key = "w_" .. word
      if counts[key] then
        counts[key] = counts[key] + 1
      else
        counts[key] = 1
        order[#order + 1] = key
      end
    end
    local line = ""
    for _, key in ipairs(order) do
      line = line .. key .. "=" .. counts[key] .. ";"
    end
    total = total + #string.upper(line)
  end
  print(total)
end
main()
