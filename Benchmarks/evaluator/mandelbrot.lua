local function main()
  local n, steps = 400, 0
  for row = 0, n - 1 do
    for column = 0, n - 1 do
      local x0 = column / n * 3.0 - 2.0
      local y0 = row / n * 2.0 - 1.0
      local x, y, k = 0.0, 0.0, 0
      while k < 200 and x * x + y * y < 4.0 do
        local next = x * x - y * y + x0
        y = 2.0 * x * y + y0
        x = next
        k = k + 1
      end
      steps = steps + k
    end
  end
  print(steps)
end

main()
